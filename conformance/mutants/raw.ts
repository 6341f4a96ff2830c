import { ThreadStoreError } from '../../src/store/errors.js'
import type {
  ExportedRollout,
  ImportThreadParams,
  ImportedRollout,
  RolloutReceipt,
  ThreadExport,
  ThreadReceipt,
} from '../../src/store/raw-history.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { claims } from '../claims.js'
import { altered, remembered, withItems, withRecords } from './alter.js'
import type { Mutant } from './mutant.js'

const needs = claims('rawHistory')

function exporting(
  store: ThreadStore,
  change: (exported: ThreadExport) => ThreadExport,
): ThreadStore {
  return altered(store, {
    exportThread: async (params) => change(await store.exportThread(params)),
  })
}

function exportingRollouts(
  store: ThreadStore,
  change: (rollout: ExportedRollout) => ExportedRollout,
): ThreadStore {
  return exporting(store, (exported) => ({ ...exported, rollouts: exported.rollouts.map(change) }))
}

function importing(
  store: ThreadStore,
  change: (params: ImportThreadParams) => ImportThreadParams,
): ThreadStore {
  return altered(store, { importThread: (params) => store.importThread(change(params)) })
}

function importingRollouts(
  store: ThreadStore,
  change: (rollout: ImportedRollout) => ImportedRollout,
): ThreadStore {
  return importing(store, (params) => ({ ...params, rollouts: params.rollouts.map(change) }))
}

function receipting(
  store: ThreadStore,
  change: (receipt: RolloutReceipt) => RolloutReceipt,
): ThreadStore {
  const all = (receipt: ThreadReceipt): ThreadReceipt => ({
    ...receipt,
    rollouts: receipt.rollouts.map(change),
  })
  return altered(store, {
    importThread: async (params) => all(await store.importThread(params)),
    historyDigest: async (params) => all(await store.historyDigest(params)),
  })
}

/** Bytes changed on their way, as text: invalid UTF-8 does not survive that. */
async function* rewritten(
  chunks: AsyncIterable<Uint8Array>,
  change: (text: string) => string,
): AsyncIterable<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  yield Buffer.from(change(Buffer.concat(parts).toString('latin1')), 'latin1')
}

function rewriting(store: ThreadStore, change: (text: string) => string): ThreadStore {
  return importingRollouts(store, (rollout) => ({
    ...rollout,
    chunks: rewritten(rollout.chunks, change),
  }))
}

const untouched = [
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
      exporting(store, (exported) => ({ ...exported, thread: { ...exported.thread, name: null } })),
  },
  {
    id: 'export-says-live',
    breaks: 'every export says that the thread is live',
    violates: 'RAW-1',
    needs,
    wrap: (store) => exporting(store, (exported) => ({ ...exported, live: true })),
  },
  {
    id: 'import-drops-extra',
    breaks: 'what has no field of its own in the record is dropped by an import',
    violates: 'RAW-2',
    mayAlsoBreak: ['RAW-15'],
    needs,
    wrap: (store) =>
      importing(store, (params) => ({ ...params, thread: { ...params.thread, extra: null } })),
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
      return altered(late, {
        importThread: async (params) => {
          const receipt = await store.importThread(params)
          imported.add(params.thread.threadId)
          return receipt
        },
      })
    },
  },
  {
    id: 'import-drops-blank-lines',
    breaks: 'an import drops empty lines',
    violates: 'RAW-3',
    mayAlsoBreak: untouched,
    needs,
    wrap: (store) => rewriting(store, (text) => text.replace(/\n\n+/g, '\n')),
  },
  {
    id: 'import-drops-broken-lines',
    breaks: 'an import drops lines that are not JSON',
    violates: 'RAW-3',
    mayAlsoBreak: untouched,
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
    mayAlsoBreak: untouched,
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
      return altered(store, {
        importThread: async (params) => {
          const receipt = await store.importThread(params)
          receipts.set(params.thread.threadId, receipt)
          return receipt
        },
        historyDigest: async (params) =>
          receipts.get(params.threadId) ?? store.historyDigest(params),
      })
    },
  },
  {
    id: 'import-keeps-what-arrived',
    breaks: 'an import whose bytes break off keeps those that arrived',
    violates: 'RAW-6',
    needs,
    wrap: (store) =>
      altered(store, {
        importThread: async (params) => {
          const arrived = params.rollouts.map((rollout) => ({ rollout, parts: [] as Uint8Array[] }))
          try {
            const rollouts = arrived.map(({ rollout, parts }) => ({
              ...rollout,
              chunks: kept(rollout.chunks, parts),
            }))
            return await store.importThread({ ...params, rollouts })
          } catch (reason) {
            if (ThreadStoreError.is(reason) && reason.details.reason === 'foreign-error') {
              const rollouts = arrived.map(({ rollout, parts }) => ({
                ...rollout,
                chunks: replay(parts),
              }))
              await store.importThread({ ...params, rollouts })
            }
            throw reason
          }
        },
      }),
  },
  {
    id: 'import-always-replaces',
    breaks: 'an import from byte 0 replaces what is stored without being asked to',
    violates: 'RAW-7',
    mayAlsoBreak: ['LIFE-4', 'RAW-10'],
    needs,
    wrap: (store) => importing(store, (params) => ({ ...params, replace: true })),
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
      return altered(ending, {
        importThread: async (params) => {
          const receipt = await store.importThread(params)
          const [first] = receipt.rollouts[0]?.findings ?? []
          if (first?.line !== undefined) ends.set(params.thread.threadId, first.line - 1)
          return receipt
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
      altered(store, {
        importThread: async (params) => {
          try {
            return await store.importThread(params)
          } catch (reason) {
            if (!ThreadStoreError.is(reason) || reason.details.reason !== 'already-live')
              throw reason
            await store.discardThread({ threadId: params.thread.threadId })
            return store.importThread(params)
          }
        },
      }),
  },
  {
    id: 'imported-cannot-be-resumed',
    breaks: 'what is appended to an imported thread comes before what was imported',
    violates: 'RAW-16',
    mayAlsoBreak: ['APPEND-11', 'RAW-5'],
    needs,
    wrap: (store, world) => {
      const counts = remembered(world, 'counts', () => new Map<string, number>())
      const turned = withItems(store, (items, threadId) => {
        const count = counts.get(threadId) ?? items.length
        return [...items.slice(0, 1), ...items.slice(count), ...items.slice(1, count)]
      })
      return altered(turned, {
        importThread: async (params) => {
          const receipt = await store.importThread(params)
          counts.set(params.thread.threadId, receipt.rollouts.at(-1)?.itemCount ?? 0)
          return receipt
        },
      })
    },
  },
  {
    id: 'export-hides-live',
    breaks: 'an export of a live thread does not say so',
    violates: 'RAW-11',
    needs,
    wrap: (store) => exporting(store, (exported) => ({ ...exported, live: false })),
  },
  {
    id: 'export-follows-appends',
    breaks: 'an export gives what was appended after it began',
    violates: 'RAW-12',
    needs,
    wrap: (store) =>
      altered(store, {
        exportThread: async (params) => {
          const exported = await store.exportThread(params)
          const rollouts = exported.rollouts.map((rollout, index) => ({
            ...rollout,
            read: (fromByte?: number) => latest(store, params.threadId, index, fromByte),
          }))
          return { ...exported, rollouts }
        },
      }),
  },
  {
    id: 'export-reads-from-start',
    breaks: 'an export is read from its first byte, whatever byte was asked for',
    violates: 'RAW-12',
    needs,
    wrap: (store) =>
      exportingRollouts(store, (rollout) => ({ ...rollout, read: () => rollout.read() })),
  },
  {
    id: 'export-reads-once',
    breaks: 'an export can be read once',
    violates: 'RAW-12',
    needs,
    wrap: (store) =>
      exportingRollouts(store, (rollout) => {
        let used = false
        return {
          ...rollout,
          read: (fromByte) => {
            const chunks = used ? replay([]) : rollout.read(fromByte)
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
    wrap: (store) => exportingRollouts(store, (rollout) => ({ ...rollout, file: null })),
  },
  {
    id: 'fingerprint-outlives-change',
    breaks: 'a fingerprint that was given stays when the bytes change',
    violates: 'RAW-13',
    needs,
    wrap: (store, world) => {
      const given = remembered(world, 'fingerprints', () => new Map<string, string>())
      const keeping = exportingRollouts(store, (rollout) => ({
        ...rollout,
        fingerprint: given.get(rollout.rolloutId) ?? rollout.fingerprint,
      }))
      return altered(keeping, {
        importThread: async (params) => {
          const receipt = await store.importThread(params)
          for (const { rolloutId, fingerprint } of params.rollouts) {
            if (fingerprint !== null) given.set(rolloutId, fingerprint)
          }
          return receipt
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
    wrap: (store) =>
      importing(store, (params) => ({
        ...params,
        thread: { ...params.thread, extraConfig: null },
      })),
  },
]

async function* kept(
  chunks: AsyncIterable<Uint8Array>,
  parts: Uint8Array[],
): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) {
    parts.push(chunk)
    yield chunk
  }
}

async function* replay(parts: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  for (const part of parts) yield await Promise.resolve(part)
}

async function* latest(
  store: ThreadStore,
  threadId: string,
  index: number,
  fromByte?: number,
): AsyncIterable<Uint8Array> {
  const { rollouts } = await store.exportThread({ threadId })
  const rollout = rollouts[index]
  if (rollout !== undefined) yield* rollout.read(fromByte)
}
