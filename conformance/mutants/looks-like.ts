import { systemClock } from '../../src/host/clock.js'
import type { ConformanceCase } from '../case.js'
import { type Circumstances, decide } from '../decide.js'
import type { Failure } from '../report/report.js'
import { mutants } from './index.js'
import { memorySubject } from './memory-subject.js'
import type { Mutant } from './mutant.js'
import { mutated } from './mutated.js'

const reference = { ...memorySubject(), limits: { caseTimeoutMs: 1_000, runs: 10 } }

/**
 * Mutants of the reference store that fail a case in the same way: the kind of defect to look for.
 * Those alone are tried that violate a requirement of the case.
 */
export async function looksLike(
  testCase: ConformanceCase,
  { signature }: Pick<Failure, 'signature'>,
  seed: number,
): Promise<readonly string[]> {
  const alike: string[] = []
  for (const mutant of mutants) {
    if (!testCase.requirements.includes(mutant.violates)) continue
    if ((await signatureWith(testCase, mutant, seed)) === signature) alike.push(mutant.id)
  }
  return alike
}

/** How the reference store with a defect fails a case; `null` when it does not. */
async function signatureWith(
  testCase: ConformanceCase,
  mutant: Mutant,
  seed: number,
): Promise<string | null> {
  const subject = mutated(reference, mutant)
  let count = 0
  const newScope = (): string => {
    count += 1
    return `like_${mutant.id}_${count}`
  }
  const store = await subject.open({ scope: newScope() })
  const { supports } = store
  await store.close()
  if (mutant.needs?.holds(supports) === false) return null
  const circumstances: Circumstances = {
    subject,
    options: { firstOnly: true },
    seed,
    clock: systemClock,
    supports,
    startedMs: 0,
    newScope,
  }
  const { failure } = await decide(circumstances, testCase, 1)
  return failure?.signature ?? null
}
