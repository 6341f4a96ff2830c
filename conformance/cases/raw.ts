import { createHash } from 'node:crypto'
import { ThreadStoreError } from '../../src/store/errors.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { bytesOf, chunksOf } from '../build/chunks.js'
import {
  bareImport,
  importedRecord,
  importedRollout,
  messageLine,
  metaLine,
} from '../build/imports.js'
import { at, messages, userMessage } from '../build/items.js'
import { fullPatch } from '../build/patches.js'
import { liveThread } from '../build/threads.js'
import type { ConformanceCase } from '../case.js'
import { claims } from '../claims.js'
import { type Rejection, equal, holds, rejectionOf, rejects, under } from '../expect.js'
import { itemsOf, observe, observing, recordOf } from '../observe.js'
import { needing } from './needing.js'

async function exportedBytes(store: ThreadStore, threadId: string): Promise<Buffer[]> {
  const { rollouts } = await store.exportThread({ threadId })
  return Promise.all(rollouts.map((rollout) => bytesOf(rollout.read())))
}

function sha256(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

/** Lines that a store which parses what it keeps would not keep. */
const byteCases: readonly {
  readonly id: string
  readonly title: string
  readonly requirement: 'RAW-3' | 'RAW-17' | 'RAW-18'
  readonly lines: readonly (string | Uint8Array)[]
}[] = [
  {
    id: 'raw.bytes',
    title: 'imported bytes come back byte for byte, whatever is in them',
    requirement: 'RAW-3',
    lines: [
      `{"type" : "event_msg",  "timestamp":"${at(0)}", "payload":{"b":1,"a":2,"b":3}}\n`,
      '\n\n',
      'not json at all\n',
      Buffer.from([0x7b, 0xff, 0xfe, 0x0a]),
      `\ufeff${messageLine('after a byte order mark')}`,
    ],
  },
  {
    id: 'raw.line-ends',
    title: 'only LF ends a line: CR, NUL and U+2028 are data',
    requirement: 'RAW-17',
    lines: [
      `{"timestamp":"${at(0)}","type":"event_msg","payload":{"t":"\u2028\u2029\u0085"}}\n`,
      `{"timestamp":"${at(0)}","type":"event_msg","payload":null}\r\n`,
      '\r\n\u0000\u0000\n',
    ],
  },
  {
    id: 'raw.numbers',
    title: 'numbers that a double cannot hold keep their bytes',
    requirement: 'RAW-18',
    lines: [
      `{"timestamp":"${at(0)}","type":"event_msg","payload":{"n":1e400,"i":9007199254740993}}\n`,
      `{"timestamp":"${at(0)}","type":"event_msg","payload":[1.0,1.10,-0,0.1e1]}\n`,
    ],
  },
]

/** What a source may fail with: what another store says, and what a disk says. */
const sourceErrors: readonly { readonly error: Error; readonly expected: Rejection }[] = [
  {
    error: new ThreadStoreError('CONFLICT', 'the source is another one now', {
      reason: 'position',
    }),
    expected: 'CONFLICT position',
  },
  {
    error: Object.assign(new RangeError('the source went away'), { code: 'ENOENT' }),
    expected: 'INTERNAL foreign-error',
  },
]

async function* breakingWith(error: Error, ...lines: string[]): AsyncIterable<Uint8Array> {
  yield* chunksOf(...lines)
  throw error
}

/** Histories as bytes: out, in, and proven. */
export const rawCases: readonly ConformanceCase[] = needing({ requires: claims('rawHistory') }, [
  {
    id: 'raw.export',
    title: 'an export holds the record and the bytes of the rollout',
    requirements: ['RAW-1'],
    set: 'smoke',
    run: async (context, store) => {
      const threadId = await liveThread(context, store, { patch: fullPatch(0) })
      await store.shutdownThread({ threadId })
      const { thread, rollouts, live } = await store.exportThread({ threadId })
      equal(thread, await recordOf(store, threadId))
      equal(live, false)
      equal(
        rollouts.map(({ rolloutId, base }) => ({ rolloutId, base })),
        [{ rolloutId: threadId, base: null }],
      )
      const lines = (await exportedBytes(store, threadId)).map(String)[0]?.split('\n') ?? []
      equal(lines.pop(), '')
      equal(lines.length, (await itemsOf(store, threadId)).length)
      equal(rollouts[0]?.byteCount, (await exportedBytes(store, threadId))[0]?.length)
    },
  },
  {
    id: 'raw.import-record',
    title: 'an imported thread reads back with the record it was imported with',
    requirements: ['RAW-2'],
    set: 'smoke',
    run: async (context, store) => {
      const threadId = context.threadId()
      const what = bareImport(threadId, chunksOf(metaLine(threadId), messageLine('a')), {
        ...(fullPatch(0) as object),
        extraConfig: { x: [1] },
        forkedFromId: context.threadId(),
        parentThreadId: context.threadId(),
        archivedAt: at(99),
        extra: { goal: { text: 'win', done: null }, pinned: true },
        memoryMode: 'polluted',
      })
      await store.importThread(what)
      const { rolloutPath } = await recordOf(store, threadId)
      const path = store.supports.paths ? rolloutPath : what.thread.rolloutPath
      equal(await recordOf(store, threadId), { ...what.thread, rolloutPath: path })
      equal((await store.exportThread({ threadId })).thread.extra, what.thread.extra)
    },
  },
  ...byteCases.map(({ id, title, requirement, lines }): ConformanceCase => ({
    id,
    title,
    requirements: [requirement],
    set: requirement === 'RAW-3' ? 'smoke' : 'core',
    run: async (context, store) => {
      const threadId = context.threadId()
      const parts = [metaLine(threadId), ...lines, messageLine('z')]
      const whole = Buffer.concat(parts.map((part) => Buffer.from(part)))
      // One byte at a time at first, so that no boundary of a chunk means anything.
      const chunks = [...whole.subarray(0, 300)].map((byte) => Buffer.of(byte))
      await store.importThread(bareImport(threadId, chunksOf(...chunks, whole.subarray(300))))
      equal(await exportedBytes(store, threadId), [whole])
    },
  })),
  {
    id: 'raw.numbers-read',
    title: 'numbers that a double cannot hold are read as the nearest double, or as infinite',
    requirements: ['RAW-18'],
    run: async (context, store) => {
      const threadId = context.threadId()
      const odd =
        '{"type":"event_msg","payload":{"n":[1e400,-1e400],"i":9007199254740993,"z":null}}\n'
      await store.importThread(bareImport(threadId, chunksOf(metaLine(threadId), odd)))
      const payload = { n: [Infinity, -Infinity], i: 9007199254740992, z: null }
      equal((await itemsOf(store, threadId)).slice(1), [{ type: 'event_msg', payload }])
    },
  },
  {
    id: 'raw.odd-fields',
    title: 'a timestamp that is no text and an ordinal that is no number are read as they are',
    requirements: ['RAW-19'],
    run: async (context, store) => {
      const threadId = context.threadId()
      const odd = { ...userMessage('hello'), timestamp: 5, ordinal: 'x' }
      await store.importThread(
        bareImport(threadId, chunksOf(metaLine(threadId), `${JSON.stringify(odd)}\n`)),
      )
      equal((await itemsOf(store, threadId)).slice(1), [odd], 'as a history')
      if (store.supports.items) {
        equal((await store.listItems({ threadId, pageSize: 9 })).items, [odd], 'as items')
      }
      if (store.supports.turns) {
        const { turns } = await store.listTurns({ threadId, pageSize: 9, itemsView: 'full' })
        equal(
          turns.map(({ items }) => items),
          [[odd]],
          'in turns',
        )
      }
    },
  },
  {
    id: 'raw.receipt',
    title: 'a receipt counts what is stored and has its hash, and the digest is the same',
    requirements: ['RAW-4', 'RAW-5'],
    set: 'smoke',
    run: async (context, store) => {
      const threadId = context.threadId()
      const text = metaLine(threadId) + messageLine('a') + messageLine('b')
      const receipt = await store.importThread(bareImport(threadId, chunksOf(text)))
      const expected = {
        threadId,
        rollouts: [
          {
            rolloutId: threadId,
            itemCount: 3,
            byteCount: Buffer.byteLength(text),
            sha256: sha256(text),
            findings: [],
          },
        ],
      }
      await under('RAW-4', () => equal(receipt, expected))
      const digest = await store.historyDigest({ threadId })
      await under('RAW-5', () => equal(digest, receipt))
      await store.resumeThread({ threadId })
      await store.appendItems({ threadId, items: messages(1, 'more') })
      await store.shutdownThread({ threadId })
      const [bytes = Buffer.alloc(0)] = await exportedBytes(store, threadId)
      const [now] = (await store.historyDigest({ threadId })).rollouts
      await under('RAW-5', () => {
        const counted = [now?.itemCount, now?.byteCount, now?.sha256]
        equal(counted, [4, bytes.length, sha256(bytes)], 'after an append')
      })
    },
  },
  {
    id: 'raw.import-broken-off',
    title: 'an import whose bytes break off stores nothing, and says why they did',
    requirements: ['RAW-6', 'RAW-20'],
    run: async (context, store) => {
      const threadId = context.threadId()
      const before = await observe(store, threadId)
      for (const { error, expected } of sourceErrors) {
        const rollouts = [
          importedRollout(threadId, breakingWith(error, metaLine(threadId), messageLine('a'))),
        ]
        const reason = await store
          .importThread({ thread: importedRecord(threadId), rollouts })
          .then(
            () => null,
            (rejected: unknown) => rejected,
          )
        await under('RAW-6', () => holds(reason !== null, 'the import is rejected'))
        await under('RAW-20', () => {
          equal(rejectionOf(reason), expected)
          holds(
            reason === error || (reason as Error).cause === error,
            'the error is that of the source',
          )
        })
        await under('RAW-6', async () => equal(await observe(store, threadId), before))
      }
      await under('RAW-6', async () => {
        await store.importThread(bareImport(threadId, chunksOf(metaLine(threadId))))
        equal((await itemsOf(store, threadId)).length, 1)
      })
    },
  },
  {
    id: 'raw.import-again',
    title: 'a stored rollout is replaced only with replace',
    requirements: ['RAW-7'],
    run: async (context, store) => {
      const threadId = context.threadId()
      await store.importThread(bareImport(threadId, chunksOf(metaLine(threadId), messageLine('a'))))
      const other = chunksOf(metaLine(threadId), messageLine('b'), messageLine('c'))
      await rejects(
        () => store.importThread(bareImport(threadId, other, { name: 'no' })),
        'CONFLICT different-content',
        observing(store, threadId),
      )
      const receipt = await store.importThread({
        ...bareImport(threadId, other, { name: 'yes' }),
        replace: true,
      })
      equal(receipt.rollouts[0]?.itemCount, 3)
      equal((await recordOf(store, threadId)).name, 'yes')
      equal((await itemsOf(store, threadId)).slice(1), [userMessage('b'), userMessage('c')])
      const shorter = bareImport(threadId, chunksOf(metaLine(threadId)))
      await store.importThread({ ...shorter, replace: true })
      equal(await exportedBytes(store, threadId), [Buffer.from(metaLine(threadId))])
    },
  },
  {
    id: 'raw.import-from-byte',
    title: 'an import from byte n appends to exactly n stored bytes',
    requirements: ['RAW-8'],
    run: async (context, store) => {
      const threadId = context.threadId()
      const head = metaLine(threadId) + messageLine('a')
      await store.importThread(bareImport(threadId, chunksOf(head)))
      const stored = Buffer.byteLength(head)
      const from = (fromByte: number): Promise<unknown> =>
        store.importThread({
          thread: importedRecord(threadId, { name: 'appended' }),
          rollouts: [importedRollout(threadId, chunksOf(messageLine('b')), { fromByte })],
        })
      for (const fromByte of [1, stored - 1, stored + 1]) {
        await rejects(() => from(fromByte), 'CONFLICT position', observing(store, threadId))
      }
      await from(stored)
      equal(await exportedBytes(store, threadId), [Buffer.from(head + messageLine('b'))])
      equal((await recordOf(store, threadId)).name, 'appended')
    },
  },
  {
    id: 'raw.broken-lines',
    title: 'lines that are no items are kept, skipped by reads and named as findings',
    requirements: ['RAW-9', 'RAW-4', 'RAW-3'],
    run: async (context, store) => {
      const threadId = context.threadId()
      const text = `${metaLine(threadId)}{"broken\n[1,2]\n${messageLine('a')}\u0000\u0000\u0000\n{"type":"x"`
      const { rollouts } = await store.importThread(bareImport(threadId, chunksOf(text)))
      const items = await itemsOf(store, threadId)
      await under('RAW-9', () => equal(items.slice(1), [userMessage('a')]))
      await under('RAW-4', () => equal(rollouts[0]?.itemCount, 2))
      const codes = new Set(rollouts[0]?.findings.map(({ code }) => code))
      const expected = ['MALFORMED_LINE', 'NUL_PADDING', 'UNRECOGNISED_LINE'] as const
      const named = expected.filter((code) => codes.has(code))
      await under('RAW-9', () => equal(named, expected))
      const bytes = await exportedBytes(store, threadId)
      await under('RAW-3', () => equal(bytes, [Buffer.from(text)]))
    },
  },
  {
    id: 'raw.torn-tail',
    title: 'an append after a torn last line ends that line first',
    requirements: ['APPEND-11', 'RAW-16'],
    run: async (context, store) => {
      const threadId = context.threadId()
      const torn = `${metaLine(threadId)}${messageLine('a')}{"timestamp":"${at(0)}","type":"event_m`
      await store.importThread(bareImport(threadId, chunksOf(torn)))
      await store.resumeThread({ threadId })
      await store.appendItems({ threadId, items: [userMessage('b')] })
      await store.shutdownThread({ threadId })
      equal((await itemsOf(store, threadId)).slice(1), [userMessage('a'), userMessage('b')])
      const [bytes = Buffer.alloc(0)] = await exportedBytes(store, threadId)
      equal(bytes.subarray(0, Buffer.byteLength(torn) + 1), Buffer.from(`${torn}\n`))
    },
  },
  {
    id: 'raw.import-live',
    title: 'a live thread is not imported over',
    requirements: ['RAW-10'],
    run: async (context, store) => {
      const threadId = await liveThread(context, store)
      const what = { ...bareImport(threadId, chunksOf(metaLine(threadId))), replace: true }
      await rejects(
        () => store.importThread(what),
        'CONFLICT already-live',
        observing(store, threadId),
      )
    },
  },
  {
    id: 'raw.export-live',
    title: 'an export of a live thread says so, and ends with a complete line',
    requirements: ['RAW-11', 'RAW-12'],
    run: async (context, store) => {
      const threadId = await liveThread(context, store)
      await store.flushThread({ threadId })
      const { rollouts, live } = await store.exportThread({ threadId })
      await under('RAW-11', () => equal(live, true))
      await store.appendItems({ threadId, items: messages(5, 'later') })
      const [rollout] = rollouts
      const bytes = rollout === undefined ? Buffer.alloc(0) : await bytesOf(rollout.read())
      await under('RAW-12', () => equal(bytes.length, rollout?.byteCount))
      await under('RAW-11', () => equal(bytes.at(-1), 0x0a))
      await under('RAW-12', () => equal(bytes.toString().split('\n').length - 1, 3))
    },
  },
  {
    id: 'raw.read-from',
    title: 'an export is read from any byte on and more than once',
    requirements: ['RAW-12'],
    run: async (context, store) => {
      const threadId = context.threadId()
      await store.importThread(
        bareImport(threadId, chunksOf(metaLine(threadId) + messageLine('a'))),
      )
      await store.resumeThread({ threadId })
      for (const label of ['b', 'c', 'd']) {
        await store.appendItems({ threadId, items: messages(1, label) })
      }
      await store.flushThread({ threadId })
      const [rollout] = (await store.exportThread({ threadId })).rollouts
      if (rollout === undefined) throw new RangeError('no rollout')
      const whole = await bytesOf(rollout.read())
      const ends = [...whole.keys()].filter((index) => whole[index] === 0x0a)
      const places = ends.flatMap((end) => [end - 5, end, end + 1, end + 2])
      for (const from of [0, 1, ...places, whole.length - 1, 0]) {
        if (from > whole.length) continue
        equal(await bytesOf(rollout.read(from)), whole.subarray(from), `from byte ${from}`)
      }
    },
  },
])
