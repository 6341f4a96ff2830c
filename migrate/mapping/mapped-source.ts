import type { RolloutId } from '../../src/protocol/thread-id.js'
import { checked } from '../../src/store/checked.js'
import type { ThreadParams } from '../../src/store/params.js'
import type { ExportedRollout, ThreadExport } from '../../src/store/raw-history.js'
import type { StoredRollout, StoredThread } from '../../src/store/records.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { applyEdits, growthBefore, skipBytes } from './edit-stream.js'
import { type Mapping, mapRecord, mappingDigest } from './mapping.js'
import { RolloutEdits } from './rollout-edits.js'

/** What a rollout was before it was mapped. */
export interface RolloutOrigin {
  readonly byteCount: number
  /** SHA-256, lower-case hex. */
  readonly sha256: string
}

/** A store whose threads say of themselves what is true where they are going. */
export interface MappedSource {
  readonly store: ThreadStore
  /** What a rollout was in the store behind, once it was exported; `null` where nothing changed. */
  originOf(rolloutId: RolloutId): RolloutOrigin | null
}

/** How the mapped form of a rollout is listed, as long as the rollout is the same. */
interface Known {
  readonly fingerprint: string | null
  readonly rollout: Pick<StoredRollout, 'byteCount' | 'base'>
}

/**
 * A store to read from, with folders and providers replaced in records and in the lines that Codex
 * reads them from. Every other byte is as it was, and what points at a place in a rollout points at
 * the same place.
 */
export function mappedSource(behind: ThreadStore, mapping: Mapping): MappedSource {
  const store = checked(behind)
  const suffix = ` mapped ${mappingDigest(mapping)}`
  const origins = new Map<RolloutId, RolloutOrigin>()
  const known = new Map<RolloutId, Known>()
  const all = new RolloutEdits(store, mapping)

  const fingerprint = (given: string | null): string | null => given && `${given}${suffix}`

  async function mapRollout(rollout: ExportedRollout): Promise<ExportedRollout> {
    const { rolloutId, base, byteCount } = rollout
    const { edits, sha256 } = await all.of(rollout)
    if (edits.length > 0) origins.set(rolloutId, { byteCount, sha256 })
    const mapped = {
      byteCount: byteCount + growthBefore(edits),
      base: base && { ...base, endByteOffset: await all.move(base) },
    }
    known.set(rolloutId, { fingerprint: rollout.fingerprint, rollout: mapped })
    return {
      ...rollout,
      ...mapped,
      fingerprint: fingerprint(rollout.fingerprint),
      read: (fromByte = 0) => skipBytes(applyEdits(rollout.read(), edits), fromByte),
    }
  }

  async function exportThread(params: ThreadParams): Promise<ThreadExport> {
    const exported = await store.exportThread(params)
    const rollouts: ExportedRollout[] = []
    for (const rollout of exported.rollouts) rollouts.push(await mapRollout(rollout))
    return { ...exported, thread: mapRecord(exported.thread, mapping), rollouts }
  }

  /** Before a rollout was read, only its fingerprint says that it may be the same. */
  function mapListed(thread: StoredThread): StoredThread {
    const rollouts = thread.rollouts?.map((rollout) => {
      const seen = known.get(rollout.rolloutId)
      const isSame = seen !== undefined && seen.fingerprint === rollout.fingerprint
      const facts = { sha256: null, fingerprint: fingerprint(rollout.fingerprint) }
      return { ...rollout, ...(isSame ? seen.rollout : {}), ...facts }
    })
    return { ...mapRecord(thread, mapping), rollouts: rollouts ?? null }
  }

  return {
    originOf: (rolloutId) => origins.get(rolloutId) ?? null,
    store: {
      ...store,
      exportThread,
      readThread: async (params) => mapListed(await store.readThread(params)),
      listThreads: async (params) => {
        const page = await store.listThreads(params)
        return { ...page, items: page.items.map(mapListed) }
      },
    },
  }
}
