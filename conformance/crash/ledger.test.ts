import { describe, expect, test } from 'vitest'
import { Ledger, type Standing } from './ledger.js'
import { type Change, type ThreadState, changed } from './thread-state.js'

const two: Change = { kind: 'append', items: ['a', 'b'] }
const one: Change = { kind: 'append', items: ['c'] }
const naming: Change = { kind: 'patch', fields: { name: 'n', title: 'n' } }

/** A thread that was made, and then called upon. */
function ledgerOf(...calls: readonly (readonly [Change, Standing])[]): Ledger {
  const ledger = new Ledger()
  ledger.adopt(changed(null, { kind: 'create' }))
  for (const [change, standing] of calls) {
    ledger.begin(change, change.kind === 'append' ? 'CRASH-3' : 'CRASH-4').standing = standing
  }
  return ledger
}

function holding(items: readonly string[], fields: object = {}): ThreadState {
  const state = changed(null, { kind: 'create' })
  return state && { ...state, items, fields: { ...state.fields, ...fields } }
}

describe('what a crash left', () => {
  test.each([
    ['everything', ['a', 'b', 'c']],
    ['what was flushed', ['a', 'b']],
  ])('is in order when it is %s', (_what, items) => {
    const ledger = ledgerOf([two, 'durable'], [one, 'pending'])
    expect(ledger.judge(holding(items))).toBeNull()
  })

  test.each([
    ['an item of a batch', ['a']],
    ['an item that was written twice', ['a', 'b', 'b']],
    ['a batch that was written twice', ['a', 'b', 'a', 'b']],
    ['batches in another order', ['c', 'a', 'b']],
    ['an item that nobody wrote', ['a', 'b', 'x']],
  ])('is torn when it holds %s', (_what, items) => {
    const ledger = ledgerOf([two, 'durable'], [one, 'pending'])
    const finding = ledger.judge(holding(items))
    expect([finding?.kind, finding?.requirement]).toEqual(['torn', 'CRASH-5'])
  })

  test('is torn when half of a patch is there', () => {
    const finding = ledgerOf([naming, 'pending']).judge(holding([], { name: 'n' }))
    expect(finding?.requirement).toBe('CRASH-5')
  })

  test('is torn when a call is there that was refused', () => {
    const finding = ledgerOf([one, 'refused']).judge(holding(['c']))
    expect(finding?.requirement).toBe('CRASH-5')
  })

  test('has lost what was flushed', () => {
    const finding = ledgerOf([two, 'durable'], [naming, 'durable']).judge(
      holding([], { name: 'n', title: 'n' }),
    )
    expect([finding?.kind, finding?.requirement]).toEqual(['lost', 'CRASH-3'])
  })

  test('has lost a patch that was acknowledged', () => {
    const finding = ledgerOf([two, 'durable'], [naming, 'durable']).judge(holding(['a', 'b']))
    expect([finding?.kind, finding?.requirement]).toEqual(['lost', 'CRASH-4'])
  })

  test('may lack what was not flushed, which is counted all the same', () => {
    const ledger = ledgerOf([two, 'durable'], [one, 'acknowledged'])
    const found = holding(['a', 'b'])
    expect([ledger.judge(found), ledger.hasLostUnflushed(found)]).toEqual([null, true])
    expect(ledger.hasLostUnflushed(holding(['a', 'b', 'c']))).toBe(false)
  })

  test('is what the next crash begins with', () => {
    const ledger = ledgerOf([two, 'pending'])
    ledger.adopt(holding([]))
    expect(ledger.judge(holding(['a', 'b']))?.kind).toBe('torn')
  })
})
