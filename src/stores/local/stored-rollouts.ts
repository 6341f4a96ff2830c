import { ThreadStoreError } from '../../store/errors.js'
import type { StoredRollout } from '../../store/records.js'
import type { HomeThread } from './home-index.js'
import { type FileStamp, contentStamp, printMtime, printStamp, stampOf } from './home/file-stamp.js'
import { KnownFiles } from './home/known-files.js'
import { countRolloutBytes } from './home/rollout-bytes.js'
import type { RolloutHeads } from './home/rollout-head.js'
import type { RolloutEntry } from './home/rollout-tree.js'
import type { ImportedFile } from './record/overlay.js'

/** A rollout of a thread with the state its file was in when it was looked at. */
export interface StampedRollout {
  readonly entry: RolloutEntry
  readonly stamp: FileStamp
  readonly rollout: StoredRollout
  /**
   * What its bytes are read from: the entry, or for a compressed file that cannot be decompressed
   * the same file as if it were plain, so that its bytes are moved as they are.
   */
  readonly source: Pick<RolloutEntry, 'path' | 'compressed'>
}

/** Sizes of compressed rollouts, of any home: counting them takes a pass over the file. */
const decompressedSizes = new KnownFiles<number | null>()

/** The rollouts of a thread, bases before what begins from them, the current one last. */
export async function stampedRollouts(
  thread: HomeThread,
  current: RolloutEntry | null,
  heads: RolloutHeads,
): Promise<StampedRollout[]> {
  const found: StampedRollout[] = []
  for (const entry of thread.rollouts) {
    const stamp = stampOf(entry.path)
    const imported = thread.overlay.files[entry.rolloutId]
    if (stamp !== null) found.push(await stampedRollout(entry, stamp, heads, imported))
  }
  return basesFirst(found, current)
}

async function stampedRollout(
  entry: RolloutEntry,
  stamp: FileStamp,
  heads: RolloutHeads,
  imported: ImportedFile | undefined,
): Promise<StampedRollout> {
  // What was said of the file when it was imported holds as long as nobody has written to it.
  const said = imported?.content === contentStamp(stamp) ? imported : null
  const head = await heads.tryHead(entry, stamp)
  const unpacked = entry.compressed ? await decompressedSize(entry, stamp) : null
  const rollout = {
    rolloutId: entry.rolloutId,
    base: head?.historyBase ?? null,
    file: { name: entry.file, modifiedAt: said?.modifiedAt ?? printMtime(stamp) },
    byteCount: unpacked ?? Number(stamp.size),
    itemCount: null,
    sha256: null,
    fingerprint: said?.fingerprint ?? printStamp(stamp),
  }
  return { entry, stamp, rollout, source: { path: entry.path, compressed: unpacked !== null } }
}

/** `null`: the file cannot be decompressed. */
function decompressedSize(entry: RolloutEntry, stamp: FileStamp): Promise<number | null> {
  const count = (): Promise<number | null> => countRolloutBytes(entry).catch(nullWhenDamaged)
  return decompressedSizes.find(entry.path, stamp, count)
}

function nullWhenDamaged(reason: unknown): null {
  if (ThreadStoreError.is(reason) && reason.details.reason === 'damaged') return null
  throw reason
}

function basesFirst(
  found: readonly StampedRollout[],
  current: RolloutEntry | null,
): StampedRollout[] {
  const byId = new Map(found.map((one) => [one.rollout.rolloutId, one]))
  const ordered = new Set<StampedRollout>()
  const visit = (one: StampedRollout, depth: number): void => {
    const base = one.rollout.base && byId.get(one.rollout.base.rolloutId)
    // Bases that lead back to themselves are damage; they are shown all the same.
    if (base && !ordered.has(base) && depth <= found.length) visit(base, depth + 1)
    ordered.add(one)
  }
  const last = found.filter(({ entry }) => entry === current)
  for (const one of [...found.filter((other) => !last.includes(other)), ...last]) visit(one, 0)
  return [...ordered]
}
