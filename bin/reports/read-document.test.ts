import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  migrate,
  type PlanDocument,
  type Receipt,
  receiptRoot,
  sealPlan,
  verifyReceipt,
} from '../../migrate/index.js'
import { systemClock, systemIds } from '../../src/index.js'
import { openMemoryStore } from '../../src/stores/memory/memory-thread-store.js'
import { type ByteEdit, byteEdits, edited } from '../../test/support/byte-edits.js'
import { fuzz, FUZZ_TIMEOUT_MS } from '../../test/support/fuzz.js'
import { temporaryFolder } from '../../test/support/temporary-folder.js'
import { ExitCode } from '../usage/exit-codes.js'
import { failureOf } from '../usage/failures.js'
import { readDocument } from './read-document.js'
import { readPlan } from '../migration/read-plan.js'
import { readReceipt } from '../migration/verify-against-receipt.js'

const threadId = '0190e5ff-c558-72d1-8e82-99a00fbb77d9'
const createdAt = '2026-11-22T12:00:00.000Z'
const sha256 = 'ab'.repeat(32)
const rollouts = [{ rolloutId: threadId, byteCount: 12, sha256 }]

const plan = sealPlan({
  version: '0.1.0',
  source: '/home/dev/.codex',
  target: 'memory:',
  createdAt,
  threads: [
    {
      threadId,
      state: 'new',
      busy: false,
      bytesToSend: 12,
      rollouts: rollouts.map((rollout) => ({ ...rollout, fingerprint: null, storedBytes: 0 })),
    },
  ],
  bytesToSend: 12,
})
const threads = [{ threadId, recordSha256: sha256, rollouts }]
const receipt: Receipt = {
  schema: 'threadstore/receipt/1',
  version: '0.1.0',
  source: '/home/dev/.codex',
  target: 'memory:',
  createdAt,
  threads,
  merkleRoot: receiptRoot(threads),
}
const entry = { case: 'append.order', reason: 'known', link: 'https://example.org/1' }
const baseline = {
  schema: 'threadstore/conformance-baseline/1',
  entries: [{ ...entry, expires: '2027-01-01', signature: '0123456789ab' }],
}

/** How each kind of document is read and, where it can be, carried out. */
const kinds = {
  plan: async (file: string): Promise<void> => carryOut(readPlan(file)),
  receipt: async (file: string): Promise<void> => {
    await verifyReceipt({ receipt: readReceipt(file), target: openMemoryStore() })
  },
  baseline: (file: string): Promise<void> => {
    readDocument(file, 'conformance-baseline')
    return Promise.resolve()
  },
}
const documents = { plan, receipt, baseline }

async function carryOut(read: PlanDocument): Promise<void> {
  await migrate({
    plan: read,
    source: openMemoryStore(),
    target: openMemoryStore(),
    clock: systemClock,
    ids: systemIds,
  })
}

/** A document that was damaged as bytes, or in one value and then sealed as if nothing were. */
interface DamagedDocument {
  readonly kind: keyof typeof kinds
  readonly edits: readonly ByteEdit[]
  /** Which value is another one, counted in the order of the text. */
  readonly at: number
  readonly value: unknown
}

const inputs: fc.Arbitrary<DamagedDocument> = fc.record({
  kind: fc.constantFrom('plan', 'receipt', 'baseline'),
  edits: fc.oneof(fc.constant([]), byteEdits),
  at: fc.nat({ max: 40 }),
  value: fc.oneof(fc.constantFrom(-1, 2 ** 53, 1.5, '', threadId, null), fc.jsonValue()),
})

/** The document with the value at that place replaced. */
function replaced(document: object, at: number, value: unknown): object {
  let seen = -1
  return JSON.parse(JSON.stringify(document), (_key, old: unknown) => {
    seen += 1
    return seen === at ? value : old
  }) as object
}

/** Hashed anew, so that what it says is believed; what cannot be hashed stays as it is. */
function sealed(document: object): object {
  try {
    if ('digest' in document) return sealPlan(document as PlanDocument)
    if (!('merkleRoot' in document)) return document
    return { ...document, merkleRoot: receiptRoot((document as Receipt).threads) }
  } catch {
    return document
  }
}

test(
  'a damaged document is refused by its name or carried out',
  { timeout: FUZZ_TIMEOUT_MS },
  async () => {
    const file = join(temporaryFolder(), 'document.json')
    let accepted = 0
    await fuzz<DamagedDocument>({
      name: 'documents',
      percent: 2,
      inputs,
      async check({ kind, edits, at, value }) {
        const text = JSON.stringify(sealed(replaced(documents[kind], at, value)))
        writeFileSync(file, edited(Buffer.from(text), edits))
        try {
          await kinds[kind](file)
          accepted += 1
        } catch (error) {
          const { message, code } = failureOf(error)
          expect({ code, message }).toMatchObject({ code: ExitCode.usage })
          expect(message).toContain(file)
          expect(message).not.toMatch(/\n\s+at /)
        }
      },
    })
    expect(accepted).toBeGreaterThan(0)
  },
)
