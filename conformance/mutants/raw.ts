import type {
  ExportedRollout,
  ImportedRollout,
  RolloutReceipt,
  ThreadReceipt,
} from '../../src/store/raw-history.js'
import type { StoredThread } from '../../src/store/records.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { bytesOf } from '../build/chunks.js'
import { claims } from '../claims.js'
import {
  afterwards,
  altered,
  answering,
  asking,
  despite,
  remembered,
  withItems,
  withRecords,
} from './alter.js'
import type { Mutant } from './mutant.js'

const needs = claims('rawHistory')

/** The same store, every rollout it exports changed. */
function exporting(
  store: ThreadStore,
  change: (rollout: ExportedRollout, index: number) => ExportedRollout,
): ThreadStore {
  return answering(store, {
    exportThread: (exported) => ({ ...exported, rollouts: exported.rollouts.map(change) }),
  })
}

/** The same store, every rollout it is to import changed. */
function importing(
  store: ThreadStore,
  change: (rollout: ImportedRollout) => ImportedRollout,
): ThreadStore {
  return asking(store, {
    importThread: (params) => ({ ...params, rollouts: params.rollouts.map(change) }),
  })
}

/** The same store, every record it is to import changed. */
function importingRecords(
  store: ThreadStore,
  change: (thread: StoredThread) => StoredThread,
): ThreadStore {
  return asking(store, { importThread: (params) => ({ ...params, thread: change(params.thread) }) })
}

/** The same store, every receipt it gives changed. */
function receipting(
  store: ThreadStore,
  change: (receipt: RolloutReceipt) => RolloutReceipt,
): ThreadStore {
  const each = (receipt: ThreadReceipt): ThreadReceipt => ({
    ...receipt,
    rollouts: receipt.rollouts.map(change),
  })
  return answering(store, { importThread: each, historyDigest: each })
}

/** The same store, the bytes it is to import changed as text of one byte a letter. */
function rewriting(store: ThreadStore, change: (text: string) => string): ThreadStore {
  return importing(store, (rollout) => ({
    ...rollout,
    chunks: later(async () => [
      Buffer.from(change((await bytesOf(rollout.chunks)).toString('latin1')), 'latin1'),
    ]),
  }))
}

/** What a store that drops bytes cannot help breaking. */
const resting = [
  'RAW-4',
  'RAW-5',
  'RAW-8',
  'RAW-9',
  'RAW-12',
  'APPEND-11',
  'RAW-15',
  'RAW-16',
  'RAW-17',
  'RAW-18',
] as const

/** Defects in raw histories. */
export const rawMutants: readonly Mutant[] = [
  {
    id: 'export-forgets-metadata',
    breaks: 'the record of an export lacks its name',
    violates: 'RAW-1',
    mayAlsoBreak: ['RAW-15'],
    needs,
    wrap: (store) =>
      answering(store, {
        exportThread: (exported) => ({ ...exported, thread: { ...exported.thread, name: null } }),
      }),
  },
  {
    id: 'export-says-live',
    breaks: 'every export says that the thread is live',
    violates: 'RAW-1',
    needs,
    wrap: (store) =>
      answering(store, { exportThread: (exported) => ({ ...exported, live: true }) }),
  },
  {
    id: 'import-drops-extra',
    breaks: 'what has no field of its own in the record is dropped by an import',
    violates: 'RAW-2',
    mayAlsoBreak: ['RAW-15'],
    needs,
    wrap: (store) => importingRecords(store, (thread) => ({ ...thread, extra: null })),
  },
  {
    id: 'import-touches-updated-at',
    breaks: 'an imported thread’s updatedAt is the time of the import',
    violates: 'RAW-2',
    mayAlsoBreak: ['RAW-15'],
    needs,
    seenIn: 'openai/codex#30163',
    wrap: (store, world) => {
      const imported = remembered(world, 'imported', () => new Set<string>())
      const late = withRecords(store, (thread) =>
        imported.has(thread.threadId)
          ? { ...thread, updatedAt: '2030-01-01T00:00:00.000Z' }
          : thread,
      )
      return afterwards(late, { importThread: ({ thread }) => imported.add(thread.threadId) })
    },
  },
  {
    id: 'import-drops-blank-lines',
    breaks: 'an import drops empty lines',
    violates: 'RAW-3',
    mayAlsoBreak: resting,
    needs,
    wrap: (store) => rewriting(store, (text) => text.replace(/\n\n+/g, '\n')),
  },
  {
    id: 'import-drops-broken-lines',
    breaks: 'an import drops lines that are not JSON',
    violates: 'RAW-3',
    mayAlsoBreak: resting,
    needs,
    seenIn: 'codex migrate-rollouts skips malformed lines',
    wrap: (store) => rewriting(store, (text) => text.replace(/^not json.*\n/gm, '')),
  },
  {
    id: 'import-normalises-line-ends',
    breaks: 'an import turns CR LF into LF',
    violates: 'RAW-17',
    mayAlsoBreak: ['RAW-3'],
    needs,
    wrap: (store) => rewriting(store, (text) => text.replaceAll('\r\n', '\n')),
  },
  {
    id: 'import-respells-numbers',
    breaks: 'numbers beyond 2^53 are stored rounded',
    violates: 'RAW-18',
    mayAlsoBreak: ['RAW-3'],
    needs,
    seenIn: 'openai/codex#38399',
    wrap: (store) =>
      rewriting(store, (text) => text.replaceAll('9007199254740993', '9007199254740992')),
  },
  {
    id: 'import-decodes-utf8',
    breaks: 'bytes that are not UTF-8 are replaced',
    violates: 'RAW-3',
    mayAlsoBreak: resting,
    needs,
    wrap: (store) => rewriting(store, (text) => text.replaceAll('\u00ff', '?')),
  },
  {
    id: 'receipt-counts-lines',
    breaks: 'a receipt counts lines instead of items',
    violates: 'RAW-4',
    mayAlsoBreak: ['RAW-5', 'RAW-9'],
    needs,
    wrap: (store) =>
      receipting(store, (receipt) => ({
        ...receipt,
        itemCount: receipt.itemCount + receipt.findings.length,
      })),
  },
  {
    id: 'receipt-hashes-what-came',
    breaks: 'a receipt has a hash of something else than what is stored',
    violates: 'RAW-4',
    mayAlsoBreak: ['RAW-5', 'RAW-14'],
    needs,
    wrap: (store) => receipting(store, (receipt) => ({ ...receipt, sha256: '0'.repeat(64) })),
  },
  {
    id: 'digest-is-remembered',
    breaks: 'the digest is the receipt of the import, whatever was appended since',
    violates: 'RAW-5',
    mayAlsoBreak: ['HIST-6', 'RAW-8', 'RAW-16'],
    needs,
    wrap: (store, world) => {
      const receipts = remembered(world, 'receipts', () => new Map<string, ThreadReceipt>())
      const recalling = answering(store, {
        historyDigest: (digest, { threadId }) => receipts.get(threadId) ?? digest,
      })
      return afterwards(recalling, {
        importThread: ({ thread }, receipt) => receipts.set(thread.threadId, receipt),
      })
    },
  },
  {
    id: 'import-keeps-what-arrived',
    breaks: 'an import whose bytes break off keeps those that arrived',
    violates: 'RAW-6',
    needs,
    wrap: (store) => {
      const arrived = new WeakMap<ImportedRollout, Uint8Array[]>()
      const partsOf = (rollout: ImportedRollout): Uint8Array[] => arrived.get(rollout) ?? []
      const collecting = importing(store, (rollout) => {
        arrived.set(rollout, [])
        return { ...rollout, chunks: kept(rollout.chunks, partsOf(rollout)) }
      })
      return despite(collecting, 'foreign-error', {
        importThread: async (params, refusal) => {
          const rollouts = params.rollouts.map((rollout) => ({
            ...rollout,
            chunks: later(async () => partsOf(rollout)),
          }))
          await store.importThread({ ...params, rollouts })
          throw refusal
        },
      })
    },
  },
  {
    id: 'import-always-replaces',
    breaks: 'an import from byte 0 replaces what is stored without being asked to',
    violates: 'RAW-7',
    mayAlsoBreak: ['LIFE-4', 'RAW-10'],
    needs,
    wrap: (store) => asking(store, { importThread: (params) => ({ ...params, replace: true }) }),
  },
  {
    id: 'import-never-replaces',
    breaks: 'an import that may replace a rollout leaves it as it was',
    violates: 'RAW-7',
    mayAlsoBreak: ['RAW-10'],
    needs,
    wrap: (store) =>
      altered(store, {
        importThread: async (params) => {
          const { threadId } = params.thread
          const stored = await store.historyDigest({ threadId }).catch(() => null)
          return params.replace && stored !== null ? stored : store.importThread(params)
        },
      }),
  },
  {
    id: 'replace-keeps-the-tail',
    breaks: 'a rollout that is replaced by a shorter one keeps the end of the longer one',
    violates: 'RAW-7',
    needs,
    wrap: (store) =>
      altered(store, {
        importThread: async (params) => {
          const { threadId } = params.thread
          const stored = await store.exportThread({ threadId }).catch(() => null)
          const [old] = stored?.rollouts ?? []
          if (!params.replace || old === undefined) return store.importThread(params)
          const over = importing(store, (rollout) => ({
            ...rollout,
            chunks: later(async () => {
              const bytes = await bytesOf(rollout.chunks)
              return bytes.length < old.byteCount
                ? [bytes, await bytesOf(old.read(bytes.length))]
                : [bytes]
            }),
          }))
          return over.importThread(params)
        },
      }),
  },
  {
    id: 'import-appends-anywhere',
    breaks: 'bytes from byte n are appended wherever the rollout ends',
    violates: 'RAW-8',
    needs,
    wrap: (store) =>
      altered(store, {
        importThread: async (params) => {
          const { threadId } = params.thread
          const stored = await store.historyDigest({ threadId }).catch(() => null)
          const end = stored?.rollouts.at(-1)?.byteCount ?? 0
          const rollouts = params.rollouts.map((rollout) =>
            rollout.fromByte === 0 ? rollout : { ...rollout, fromByte: end },
          )
          return store.importThread({ ...params, rollouts })
        },
      }),
  },
  {
    id: 'import-names-no-findings',
    breaks: 'lines that are no items are not named',
    violates: 'RAW-9',
    needs,
    wrap: (store) => receipting(store, (receipt) => ({ ...receipt, findings: [] })),
  },
  {
    id: 'broken-line-ends-history',
    breaks: 'reading stops at the first line that is no item',
    violates: 'RAW-9',
    mayAlsoBreak: ['RAW-16', 'APPEND-11'],
    needs,
    wrap: (store, world) => {
      const ends = remembered(world, 'ends', () => new Map<string, number>())
      const ending = withItems(store, (items, threadId) =>
        items.slice(0, ends.get(threadId) ?? Infinity),
      )
      return afterwards(ending, {
        importThread: ({ thread }, { rollouts }) => {
          const [first] = rollouts[0]?.findings ?? []
          if (first?.line !== undefined) ends.set(thread.threadId, first.line - 1)
        },
      })
    },
  },
  {
    id: 'import-over-live',
    breaks: 'an import over a live thread closes its writer and goes on',
    violates: 'RAW-10',
    needs,
    wrap: (store) =>
      despite(store, 'already-live', {
        importThread: async (params) => {
          await store.discardThread({ threadId: params.thread.threadId })
          return store.importThread(params)
        },
      }),
  },
  {
    id: 'imported-cannot-be-resumed',
    breaks: 'what is appended to an imported thread comes before what was imported',
    violates: 'RAW-16',
    mayAlsoBreak: ['APPEND-11', 'RAW-5', 'HIST-6'],
    needs,
    wrap: (store, world) => {
      const counts = remembered(world, 'counts', () => new Map<string, number>())
      const turned = withItems(store, (items, threadId) => {
        const count = counts.get(threadId) ?? items.length
        return [...items.slice(0, 1), ...items.slice(count), ...items.slice(1, count)]
      })
      return afterwards(turned, {
        importThread: ({ thread }, { rollouts }) =>
          counts.set(thread.threadId, rollouts.at(-1)?.itemCount ?? 0),
      })
    },
  },
  {
    id: 'export-hides-live',
    breaks: 'an export of a live thread does not say so',
    violates: 'RAW-11',
    needs,
    wrap: (store) =>
      answering(store, { exportThread: (exported) => ({ ...exported, live: false }) }),
  },
  {
    id: 'export-follows-appends',
    breaks: 'an export gives what was appended after it began',
    violates: 'RAW-12',
    needs,
    wrap: (store) =>
      answering(store, {
        exportThread: (exported, { threadId }) => ({
          ...exported,
          rollouts: exported.rollouts.map((rollout, index) => ({
            ...rollout,
            read: (fromByte) =>
              later(async () => {
                const now = (await store.exportThread({ threadId })).rollouts[index]
                return now === undefined ? [] : [await bytesOf(now.read(fromByte))]
              }),
          })),
        }),
      }),
  },
  {
    id: 'export-reads-from-start',
    breaks: 'an export is read from its first byte, whatever byte was asked for',
    violates: 'RAW-12',
    needs,
    wrap: (store) => exporting(store, (rollout) => ({ ...rollout, read: () => rollout.read() })),
  },
  {
    id: 'export-reads-from-line-start',
    breaks: 'an export is read from the start of a line, when the byte is not in the first two',
    violates: 'RAW-12',
    needs,
    wrap: (store) =>
      exporting(store, (rollout) => ({
        ...rollout,
        read: (fromByte = 0) =>
          later(async () => {
            const bytes = await bytesOf(rollout.read())
            const second = bytes.indexOf('\n', bytes.indexOf('\n') + 1)
            const isLater = second >= 0 && fromByte > second
            const start = isLater ? bytes.lastIndexOf('\n', fromByte - 1) + 1 : fromByte
            return [bytes.subarray(start)]
          }),
      })),
  },
  {
    id: 'export-reads-once',
    breaks: 'an export can be read once',
    violates: 'RAW-12',
    needs,
    wrap: (store) =>
      exporting(store, (rollout) => {
        let used = false
        return {
          ...rollout,
          read: (fromByte) => {
            const chunks = used ? later(async () => []) : rollout.read(fromByte)
            used = true
            return chunks
          },
        }
      }),
  },
  {
    id: 'import-forgets-file',
    breaks: 'the name and time of an imported file are not kept',
    violates: 'RAW-13',
    needs,
    wrap: (store) => exporting(store, (rollout) => ({ ...rollout, file: null })),
  },
  {
    id: 'fingerprint-outlives-change',
    breaks: 'a fingerprint that was given stays when the bytes change',
    violates: 'RAW-13',
    needs,
    wrap: (store, world) => {
      const given = remembered(world, 'fingerprints', () => new Map<string, string>())
      const keeping = exporting(store, (rollout) => ({
        ...rollout,
        fingerprint: given.get(rollout.rolloutId) ?? rollout.fingerprint,
      }))
      return afterwards(keeping, {
        importThread: ({ rollouts }) => {
          for (const { rolloutId, fingerprint } of rollouts)
            if (fingerprint !== null) given.set(rolloutId, fingerprint)
        },
      })
    },
  },
  {
    id: 'included-rollouts-count-wrong',
    breaks: 'the byte count of an included rollout is not that of its export',
    violates: 'RAW-14',
    needs,
    wrap: (store) =>
      withRecords(store, (thread) => ({
        ...thread,
        rollouts:
          thread.rollouts?.map((rollout) => ({ ...rollout, byteCount: rollout.byteCount + 1 })) ??
          null,
      })),
  },
  {
    id: 'export-loses-extra-config',
    breaks: 'an export lacks the extra configuration',
    violates: 'RAW-15',
    mayAlsoBreak: ['RAW-2'],
    needs,
    wrap: (store) => importingRecords(store, (thread) => ({ ...thread, extraConfig: null })),
  },
]

/** Chunks that are looked for when they are read. */
async function* later(find: () => Promise<readonly Uint8Array[]>): AsyncIterable<Uint8Array> {
  yield* await find()
}

/** The same chunks, each of which is also put aside. */
async function* kept(
  chunks: AsyncIterable<Uint8Array>,
  parts: Uint8Array[],
): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) {
    parts.push(chunk)
    yield chunk
  }
}
