import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { checkBase } from './check-base.js'
import { createRolloutScan, type RolloutSummary } from './scan-rollout.js'

const damaged = new URL('../../fixtures/damaged/', import.meta.url)
const verdicts = [
  ['good-paginated', null],
  ['good-fork', null],
  ['base-beyond-end', 'BASE_OUT_OF_BOUNDS'],
  ['base-cycle-a', 'CYCLIC_BASE'],
  ['base-cycle-b', 'CYCLIC_BASE'],
  ['base-inside-line', 'BASE_OUT_OF_BOUNDS'],
  ['base-itself', 'CYCLIC_BASE'],
  ['base-missing', 'MISSING_BASE'],
  ['base-ordinal-differs', 'BASE_OUT_OF_BOUNDS'],
] as const

/** As a scan of a home does it: once to learn the bases, once more to look at where they end. */
function scanAll(marks: readonly number[]): Map<string, RolloutSummary> {
  return new Map(
    verdicts.map(([name]) => {
      const scan = createRolloutScan({ rolloutId: name, marks })
      scan.push(readFileSync(new URL(`${name}.jsonl`, damaged)))
      const summary = scan.end()
      return [summary.sessionMeta?.threadId ?? name, { ...summary, rolloutId: name }]
    }),
  )
}

const bases = [...scanAll([]).values()].map(({ base }) => base?.endByteOffset ?? 0)
const rollouts = scanAll(bases)
const idOf = new Map([...rollouts].map(([id, { rolloutId }]) => [rolloutId, id]))

test.each(verdicts)('the base of damaged/%s.jsonl is %s', (name, code) => {
  const finding = checkBase(idOf.get(name) ?? '', (id) => rollouts.get(id))
  expect(finding?.code ?? null).toBe(code)
})

test('the place of a base is looked at no further than it was marked', () => {
  const unmarked = scanAll([])
  const finding = checkBase(idOf.get('base-inside-line') ?? '', (id) => unmarked.get(id))
  expect(finding).toBeNull()
})
