import { createHash } from 'node:crypto'
import { parseJson } from '../protocol/parse-json.js'
import { invalidRequest } from './errors.js'

/** The place after which a page continues: sort value, then id as tie-break. */
export interface Anchor {
  readonly value: string
  readonly id: string
  /** The anchor itself belongs to the page: cursors that turn around begin with it. */
  readonly inclusive: boolean
}

/**
 * An opaque cursor, bound to the query that made it.
 * @param query - what the pages of one listing share: filters and order, not page size or cursor
 */
export function encodeCursor(query: unknown, anchor: Anchor): string {
  const body = [1, fingerprint(query), anchor.value, anchor.id, anchor.inclusive ? 1 : 0]
  return Buffer.from(JSON.stringify(body)).toString('base64url')
}

/** The anchor of a cursor, or `INVALID_REQUEST {invalid-cursor}` for one this query did not make. */
export function decodeCursor(query: unknown, cursor: string): Anchor {
  const body = parse(cursor)
  if (body === null || body[1] !== fingerprint(query)) throw invalidCursor(cursor)
  return { value: body[2], id: body[3], inclusive: body[4] === 1 }
}

export function invalidCursor(cursor: string): Error {
  const shown = cursor.length > 80 ? `${cursor.slice(0, 80)}…` : cursor
  return invalidRequest(
    'invalid-cursor',
    `invalid cursor: ${shown} (a cursor is only good for the query that returned it)`,
    { path: '/cursor' },
  )
}

type Body = [version: 1, query: string, value: string, id: string, inclusive: 0 | 1]

function parse(cursor: string): Body | null {
  const body = parseJson(Buffer.from(cursor, 'base64url').toString('utf8'))
  const wellFormed =
    Array.isArray(body) &&
    body.length === 5 &&
    body[0] === 1 &&
    body.slice(1, 4).every((part) => typeof part === 'string') &&
    (body[4] === 0 || body[4] === 1)
  return wellFormed ? (body as unknown as Body) : null
}

function fingerprint(query: unknown): string {
  return createHash('sha256').update(JSON.stringify(query)).digest('hex').slice(0, 16)
}
