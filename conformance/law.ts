import fc from 'fast-check'
import type { ThreadStore } from '../src/store/thread-store.js'
import { type CaseContext, type CaseSet, type ConformanceCase, Unproved } from './case.js'
import type { Claim } from './claims.js'
import type { RequirementId } from './requirements.js'
import type { SubjectDoor } from './subject.js'

/** A law: something that holds for every input. */
export interface Law<Input> {
  readonly id: string
  readonly title: string
  readonly requirements: readonly RequirementId[]
  readonly set: CaseSet
  readonly requires?: Claim
  readonly doors?: readonly SubjectDoor[]
  /** How many runs out of those asked for: an input may be long. @defaultValue 1 */
  readonly share?: number
  readonly inputs: (context: CaseContext) => fc.Arbitrary<Input>
  /** Throws when the law does not hold; `store` is a handle on fresh storage. */
  readonly holds: (context: CaseContext, store: ThreadStore, input: Input) => Promise<void>
}

/** A law that does not hold, with the smallest input that shows it as `cause`’s origin. */
export class LawBroken extends Error {
  override readonly name = 'LawBroken'
  readonly path: string

  constructor(cause: unknown, path: string) {
    super('a law does not hold', { cause })
    this.path = path
  }
}

/** The path to the counterexample of a broken law; `null` for any other reason. */
export function counterexamplePath(reason: unknown): string | null {
  return reason instanceof LawBroken ? reason.path : null
}

/** A law as a case of the suite. */
export function law<Input>({ inputs, holds, share = 1, ...facts }: Law<Input>): ConformanceCase {
  return {
    ...facts,
    kind: 'law',
    run: async (context) => {
      const { path, timeLimitMs } = context.search
      const deadline = context.now() + timeLimitMs
      let count = 0
      const property = fc.asyncProperty(inputs(context), async (input) => {
        // Between two inputs and not inside of one: a store that hangs must meet the time limit of
        // the case. The first is tried at any rate.
        if (count > 0 && context.now() >= deadline) throw new fc.PreconditionFailure(true)
        count += 1
        const store = await context.fresh()
        try {
          await holds(context, store, input)
        } catch (reason) {
          context.keepProgram()
          throw reason
        }
      })
      const search = async (): Promise<fc.RunDetails<unknown>> =>
        fc.check(property, parameters(context, share))
      const details = await search().catch((reason: unknown) => {
        // fast-check throws for some paths of another version, and tries nothing for others.
        if (path === null || count > 0) throw reason
        return null
      })
      if (count === 0) throw new Unproved(`the path ${path} leads to no input of this law`)
      if (details?.failed && details.counterexamplePath !== null) {
        throw new LawBroken(details.errorInstance, details.counterexamplePath)
      }
    },
  }
}

function parameters({ search }: CaseContext, share: number): fc.Parameters<unknown> {
  const { seed, runs, path, firstOnly } = search
  return {
    seed,
    numRuns: path === null ? Math.ceil(runs * share) : 1,
    endOnFailure: firstOnly,
    ...(path === null ? {} : { path }),
  }
}
