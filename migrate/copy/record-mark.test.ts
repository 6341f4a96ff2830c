import { describe, expect, test } from 'vitest'
import { newThreadRecord } from '../../src/store/new-record.js'
import { bareThread, type StoredThread } from '../../src/store/records.js'
import { markOf, withMark, withoutMark } from './record-mark.js'

const mark = { run: 'r', recordSha256: 'd', byteCount: 1 }

function record(extra: StoredThread['extra']): StoredThread {
  const created = newThreadRecord(
    {
      threadId: '019a0000-0000-7000-8000-000000000001',
      source: 'cli',
      metadata: { cwd: '/p', modelProvider: 'openai' },
    },
    '2026-11-22T12:00:00.000Z',
  )
  return { ...bareThread(created), extra }
}

describe('a mark', () => {
  test.each([
    ['no extra', null],
    ['other extra', { goal: { text: 'g' } }],
    ['extra of ours', { goal: 1, threadstore: { copyOf: 'x' } }],
  ])('comes and goes without a trace, with %s', (_, extra) => {
    const marked = withMark(record(extra), mark)
    expect(markOf(marked)).toEqual(mark)
    expect(withoutMark(marked)).toEqual(record(extra))
  })

  test('is replaced by the next one', () => {
    const again = withMark(withMark(record(null), mark), { ...mark, run: 's' })
    expect(again.extra).toEqual({ threadstore: { ...mark, run: 's' } })
  })

  test.each([[null], [{ threadstore: 'text' }], [{ threadstore: { run: 1 } }]])(
    'is not seen in %j, which stays as it is',
    (extra) => {
      expect(markOf(record(extra))).toBeNull()
      expect(withoutMark(record(extra))).toEqual(record(extra))
    },
  )
})
