import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytesOf, chunksOf } from '../../conformance/build/chunks.js'
import { bareImport } from '../../conformance/build/imports.js'
import { findingKinds } from '../../src/history/findings.js'
import { parseRolloutLine, printRolloutLine } from '../../src/history/rollout-line.js'
import { scanRollout } from '../../src/history/scan-rollout.js'
import { splitBuffer } from '../../src/history/split-lines.js'
import { openMemoryStore } from '../../src/stores/memory/memory-thread-store.js'
import { byteEdits, edited } from '../support/byte-edits.js'
import { fixturePath, readManifest } from '../support/fixtures.js'
import { FUZZ_TIMEOUT_MS, fuzz } from '../support/fuzz.js'
import { answerOf } from './answers.js'

const ID = '0190e5ff-c558-72d1-8e82-99a00fbb77d9'

/** Every rollout of the fixtures by its path, those that are damaged already among them. */
const rollouts = new Map(
  readManifest()
    .map(({ path }) => path)
    .filter((path) => path.endsWith('.jsonl') && !path.endsWith('session_index.jsonl'))
    .map((path) => [path, readFileSync(fixturePath(path))] as const),
)

/** Some lines of all of them, short ones so that edits hit what matters. */
const lines = [...rollouts.values()]
  .flatMap((bytes) => splitBuffer(bytes).slice(0, 3))
  .flatMap(({ bytes }) => (bytes !== null && bytes.length < 2_000 ? [bytes] : []))

const lineInputs = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom(...lines), byteEdits)
      .map(([line, edits]) => edited(line, edits).toString('latin1')),
  },
  {
    weight: 1,
    arbitrary: fc
      .uint8Array({ maxLength: 200 })
      .map((line) => Buffer.from(line).toString('latin1')),
  },
  {
    weight: 1,
    arbitrary: fc.json({ maxDepth: 4 }).map((json) => Buffer.from(json).toString('latin1')),
  },
)

test(
  'a line is an item that can be printed and read again, or a finding',
  { timeout: FUZZ_TIMEOUT_MS },
  async () => {
    await fuzz<string>({
      name: 'lines',
      percent: 40,
      inputs: lineInputs,
      check(line) {
        for (const { bytes } of splitBuffer(Buffer.from(line, 'latin1'))) {
          const read = parseRolloutLine(bytes ?? Buffer.alloc(0))
          if ('finding' in read) {
            expect(findingKinds[read.finding.code].meaning).not.toBe('')
            continue
          }
          const printed = printRolloutLine(read.item)
          expect(printed.indexOf('\n')).toBe(printed.length - 1)
          expect(parseRolloutLine(printed)).toStrictEqual(read)
        }
      },
    })
  },
)

interface DamagedRollout {
  readonly from: string
  readonly edits: Parameters<typeof edited>[1]
  /** Where the bytes are cut into chunks, in thousandths. */
  readonly cut: number
}

test(
  'a rollout of any bytes is kept as it is, and read as far as it can be',
  { timeout: FUZZ_TIMEOUT_MS },
  async () => {
    await fuzz<DamagedRollout>({
      name: 'rollouts',
      percent: 10,
      inputs: fc.record({
        from: fc.constantFrom(...rollouts.keys()),
        edits: byteEdits,
        cut: fc.integer({ min: 0, max: 1000 }),
      }),
      async check({ from, edits, cut }) {
        const bytes = edited(rollouts.get(from) ?? Buffer.alloc(0), edits)
        const middle = Math.floor((bytes.length * cut) / 1000)
        const chunks = chunksOf(bytes.subarray(0, middle), bytes.subarray(middle))
        const whole = await scanRollout(chunks, { rolloutId: ID })
        const sha256 = createHash('sha256').update(bytes).digest('hex')
        expect(whole).toMatchObject({ byteCount: bytes.length, sha256 })
        await using store = openMemoryStore()
        const receipt = await answerOf(store.importThread(bareImport(ID, chunks)))
        if (typeof receipt === 'string') {
          expect(await answerOf(store.readThread({ threadId: ID }))).toBe(
            'THREAD_NOT_FOUND unknown-thread',
          )
          return
        }
        expect(receipt.rollouts).toMatchObject([
          { byteCount: bytes.length, sha256, itemCount: whole.itemCount },
        ])
        const [rollout] = (await store.exportThread({ threadId: ID })).rollouts
        expect(rollout && (await bytesOf(rollout.read())).equals(bytes)).toBe(true)
        expect(await store.historyDigest({ threadId: ID })).toEqual(receipt)
        const history = await answerOf(store.loadHistory({ threadId: ID }))
        const turns = await answerOf(
          store.listTurns({ threadId: ID, pageSize: 1000, itemsView: 'full' }),
        )
        if (typeof history === 'string') expect(turns).toBe(history)
        else if (whole.base === null) expect(history.items).toHaveLength(whole.itemCount)
      },
    })
  },
)
