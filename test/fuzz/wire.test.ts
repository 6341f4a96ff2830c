import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { importedRecord } from '../../conformance/build/imports.js'
import { errorReasons } from '../../src/store/errors.js'
import { storeVerbs } from '../../src/store/thread-store.js'
import { openMemoryStore } from '../../src/stores/memory/memory-thread-store.js'
import { serveStdio } from '../../src/stores/stdio/index.js'
import { type ByteEdit, byteEdits, edited } from '../support/byte-edits.js'
import { fuzz, FUZZ_TIMEOUT_MS } from '../support/fuzz.js'

const threadId = '0190e5ff-c558-72d1-8e82-99a00fbb77d9'
const metadata = { cwd: '/p', modelProvider: 'openai' }
const facts = { base: null, file: null, fingerprint: null, fromByte: 0 }
const data = Buffer.from('{"type":"event_msg","payload":{}}\n').toString('base64')
const importing = {
  thread: importedRecord(threadId),
  rollouts: [{ rolloutId: threadId, stream: 's', ...facts }],
}

/** What a client says that does everything once. */
const conversation = [
  ['$hello', { protocol: 1 }],
  ['$open', { scope: 'a' }],
  ['createThread', { threadId, source: 'cli', metadata }],
  ['appendItems', { threadId, items: [{ type: 'event_msg', payload: { type: 'x' } }] }],
  ['shutdownThread', { threadId }],
  ['exportThread', { threadId }],
  ['$read', { export: 'export-1', rolloutId: threadId, fromByte: 0, bytesMax: 99 }],
  ['$release', { export: 'export-1' }],
  ['deleteThread', { threadId }],
  ['importThread', importing],
  ['$chunk', { stream: 's', data }],
  ['$end', { stream: 's', failed: null }],
  ['listThreads', { pageSize: 10 }],
  ['$close', {}],
] as const

interface DamagedConversation {
  /** Lines that are another, by number: their bytes are changed. */
  readonly edits: readonly { readonly line: number; readonly edits: readonly ByteEdit[] }[]
  /** Lines said in between, from the one of that number on. */
  readonly more: readonly { readonly line: number; readonly op: string; readonly p: unknown }[]
}

const line = fc.nat({ max: conversation.length })
const ops = [...storeVerbs, ...conversation.map(([op]) => op), '$abort', '$crash', '__proto__']
const words = ['threadId', 'export', 'stream', 'data', 'scope', 'id', 'rollouts', 'fromByte']

/** Values with the names that messages use. */
const params = fc.oneof(
  fc.dictionary(
    fc.constantFrom(...words, 'bytesMax', 'rolloutId', '__proto__', 'pageSize', 'items', 'patch'),
    fc.oneof(fc.constantFrom(threadId, 's', 'export-1', -1, 1e300, null), fc.jsonValue()),
    { maxKeys: 6 },
  ),
  fc.jsonValue(),
)

const inputs: fc.Arbitrary<DamagedConversation> = fc.record({
  edits: fc.array(fc.record({ line, edits: byteEdits }), { maxLength: 2 }),
  more: fc.array(fc.record({ line, op: fc.constantFrom(...ops), p: params }), { maxLength: 4 }),
})

function linesOf({ edits, more }: DamagedConversation): Buffer[] {
  const lines = conversation.map(([op, p], index) => JSON.stringify({ id: index, op, h: 'h', p }))
  for (const [index, { line: at, op, p }] of more.entries()) {
    lines.splice(at, 0, JSON.stringify({ id: 100 + index, op, h: 'h', p }))
  }
  const bytes: Buffer[] = lines.map((one) => Buffer.from(`${one}\n`))
  for (const { line: at, edits: change } of edits) {
    const before = bytes[at]
    if (before !== undefined) bytes[at] = edited(before, change)
  }
  return bytes
}

function inOrder(ids: readonly number[]): number[] {
  return ids.toSorted((a, b) => a - b)
}

/** The ids of the lines that are requests with one. */
function idsOf(lines: readonly Buffer[]): number[] {
  const all = Buffer.concat(lines).toString().split('\n')
  return all.flatMap((one) => {
    try {
      const { id } = JSON.parse(one) as { id: unknown }
      return typeof id === 'number' ? [id] : []
    } catch {
      return []
    }
  })
}

test(
  'an adapter answers each request once, or ends at what is none',
  { timeout: FUZZ_TIMEOUT_MS },
  async () => {
    await fuzz<DamagedConversation>({
      name: 'wire',
      percent: 10,
      inputs,
      async check(input) {
        const lines = linesOf(input)
        const output = new PassThrough()
        const said = text(output)
        const served = { name: 'memory', open: () => openMemoryStore() }
        const broken = await serveStdio(served, Readable.from(lines), output).then(
          () => null,
          (reason: unknown) => reason as Error,
        )
        output.end()
        const answers = (await said)
          .split('\n')
          .slice(0, -1)
          .map((one) => JSON.parse(one) as { id: number; err?: { code: string; reason: string } })
        for (const { err } of answers) {
          if (err === undefined) continue
          const reasons: readonly string[] =
            errorReasons[err.code as keyof typeof errorReasons] ?? []
          expect(reasons).toContain(err.reason)
          expect(err).not.toMatchObject({ reason: 'foreign-error' })
        }
        const asked = idsOf(lines)
        const answered = answers.map(({ id }) => id)
        if (broken === null) expect(inOrder(answered)).toEqual(inOrder(asked))
        else expect(broken.message).toMatch(/^(no request|a request without op and p): /)
      },
    })
  },
)
