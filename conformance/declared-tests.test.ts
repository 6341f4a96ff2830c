import { expect, test } from 'vitest'
import { declaredTests } from './declared-tests.js'
import { memorySubject } from './mutants/memory-subject.js'

test('the last test says which entries of the baseline describe nothing', async () => {
  const entry = { reason: 'r', link: 'l', expires: '9999-12-31', signature: '0123456789ab' }
  const baseline = [{ ...entry, case: 'append.order' }]
  const tests = declaredTests(memorySubject(), { filter: 'append.order', baseline })
  const decided = []
  for (const { decide } of tests) decided.push(await decide())
  expect(decided).toEqual([
    { skipped: null, failure: null },
    { skipped: null, failure: 'append.order: passes now; remove the entry' },
  ])
})

test('a filter that means no case is refused', () => {
  const declare = (): unknown => declaredTests(memorySubject(), { filter: 'append.oder' })
  expect(declare).toThrow('no case of set core matches append.oder')
})
