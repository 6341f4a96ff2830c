import type { PostgresSession } from '../../../host/postgres.js'
import { readItems } from '../log/read-items.js'
import { SEGMENT_BYTES_MAX } from '../log/segment.js'
import type { ThreadStretches } from '../log/thread-stretches.js'
import type { ItemPlace, Place, ProjectedContents } from './turn-projector.js'

/** Items of a turn, by their index there. */
export type IndexRange = readonly [from: number, to: number]

/** Where some items of a turn stand, among a few others. */
interface NarrowPlaces {
  readonly places: Place[]
  /** Index of the first item there. */
  readonly firstIndex: number
}

/** A place whose items are numbered. */
interface NumberedPlace {
  readonly place: ItemPlace
  readonly firstIndex: number
  readonly endIndex: number
}

/**
 * Leaves out of a turn's places what does not hold the items of a range: whole places, and of long
 * ones the segments before and behind. So a page of a turn costs the same however long the turn is.
 */
export async function narrowPlaces(
  session: PostgresSession,
  namespace: string,
  source: ThreadStretches,
  contents: ProjectedContents,
  range: IndexRange,
): Promise<NarrowPlaces> {
  const numbered = numberPlaces(contents)
  if (numbered === null) return { places: contents.places, firstIndex: 0 }
  const [from, to] = range
  const wanted = numbered.filter(({ firstIndex, endIndex }) => endIndex > from && firstIndex < to)
  const narrow: NumberedPlace[] = []
  for (const each of wanted) narrow.push(await narrowPlace(session, namespace, source, each, range))
  return {
    places: narrow.map(({ place, firstIndex, endIndex }) => [...place, endIndex - firstIndex]),
    firstIndex: narrow[0]?.firstIndex ?? from,
  }
}

/** `null` when it is not known how many items stand in which place. */
function numberPlaces({ places, itemCount }: ProjectedContents): NumberedPlace[] | null {
  let firstIndex = 0
  const numbered: NumberedPlace[] = []
  for (const [stretch, fromByte, toByte, count] of places) {
    const held = places.length === 1 ? itemCount : count
    if (held === undefined) return null
    const place = [stretch, fromByte, toByte] as const
    numbered.push({ place, firstIndex, endIndex: firstIndex + held })
    firstIndex += held
  }
  return numbered
}

async function narrowPlace(
  session: PostgresSession,
  namespace: string,
  { stretches }: ThreadStretches,
  whole: NumberedPlace,
  [from, to]: IndexRange,
): Promise<NumberedPlace> {
  const [stretch, fromByte, toByte] = whole.place
  const isWanted = from <= whole.firstIndex && to >= whole.endIndex
  if (isWanted || toByte - fromByte <= SEGMENT_BYTES_MAX) return whole
  const logId = stretches[stretch]?.logId ?? ''
  const starts = await lineStarts(session, namespace, { logId, fromByte, toByte })
  let start = { byte: fromByte, index: whole.firstIndex }
  for (const { firstByte, itemsBefore } of starts) {
    const here = { byte: firstByte, index: whole.firstIndex + itemsBefore }
    if (here.index <= from) start = here
    if (here.index >= to) return numberedPlace(stretch, start, here)
  }
  return numberedPlace(stretch, start, { byte: toByte, index: whole.endIndex })
}

interface Numbered {
  readonly byte: number
  readonly index: number
}

function numberedPlace(stretch: number, start: Numbered, end: Numbered): NumberedPlace {
  const place = [stretch, start.byte, end.byte] as const
  return { place, firstIndex: start.index, endIndex: end.index }
}

/** The segments of a place that begin with a line, and how many items of the place stand before them. */
async function lineStarts(
  session: PostgresSession,
  namespace: string,
  { logId, fromByte, toByte }: { logId: string; fromByte: number; toByte: number },
): Promise<readonly { readonly firstByte: number; readonly itemsBefore: number }[]> {
  const rows = await session.query<{
    first_byte: number
    item_count: number
    starts_line: boolean
  }>(
    `SELECT first_byte, item_count, starts_line FROM threadstore.segments
      WHERE namespace = $1 AND log_id = $2::uuid
        AND first_byte >= $3::bigint AND first_byte < $4::bigint
      ORDER BY first_byte`,
    [namespace, logId, fromByte, toByte],
  )
  const first = rows.findIndex((row) => row.starts_line)
  const head = { logId, fromByte, toByte: rows[first]?.first_byte ?? fromByte }
  let itemsBefore = 0
  // Of the segment in which the place begins it is not known how many of its items come before.
  for await (const located of readItems(session, namespace, head)) itemsBefore += located.length
  return rows.slice(Math.max(0, first)).flatMap((row) => {
    const start = { firstByte: row.first_byte, itemsBefore }
    itemsBefore += row.item_count
    return row.starts_line ? [start] : []
  })
}
