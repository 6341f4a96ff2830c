import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ThreadRecord } from '../../store/records.js'
import { threadListPage } from '../../store/thread-list.js'
import { SortedRecords } from './list-page.js'

const record = fc.record({
  threadId: fc.uuid(),
  createdAt: fc.constantFrom('2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z'),
  updatedAt: fc.constantFrom('2026-01-03T00:00:00.000Z', '2026-01-04T00:00:00.000Z'),
  archivedAt: fc.constantFrom(null, '2026-01-05T00:00:00.000Z'),
  modelProvider: fc.constantFrom('a', 'b'),
})

test('SortedRecords gives the pages that a filtered and sorted list would', () => {
  const query = fc.record({
    pageSize: fc.integer({ min: 1, max: 5 }),
    sortKey: fc.constantFrom('createdAt' as const, 'updatedAt' as const),
    sortDirection: fc.constantFrom('asc' as const, 'desc' as const),
    archived: fc.boolean(),
    modelProviders: fc.constantFrom([], ['a']),
  })
  fc.assert(
    fc.property(fc.array(record), query, (fields, params) => {
      const records = fields as unknown as ThreadRecord[]
      const sorted = new SortedRecords(records)
      let cursor: string | null = null
      do {
        const page = sorted.page({ ...params, cursor })
        expect(page).toEqual(threadListPage(records, { ...params, cursor }))
        cursor = page.nextCursor
      } while (cursor !== null)
    }),
  )
})
