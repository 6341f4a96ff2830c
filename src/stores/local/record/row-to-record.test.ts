import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ThreadRecord } from '../../../store/records.js'
import type { SqlRow } from '../state/table-columns.js'
import { IN_ARCHIVE, INDEX_NAME, overlayFor, trustedFields } from './overlay.js'
import { recordToRow } from './record-to-row.js'
import { type RowSurroundings, rowToRecord } from './row-to-record.js'

const around: RowSurroundings = {
  indexName: undefined,
  inArchive: false,
  archivedFileTime: () => '2026-01-01T00:00:00.000Z',
}

const record: ThreadRecord = {
  threadId: '0190e5ff-c558-72d1-8e82-99a00fbb77d9',
  extraConfig: null,
  rolloutPath: null,
  forkedFromId: null,
  parentThreadId: null,
  preview: '',
  name: null,
  title: null,
  modelProvider: 'openai',
  model: null,
  reasoningEffort: null,
  createdAt: '2026-11-22T12:00:00.123Z',
  updatedAt: '2026-11-22T12:00:00.456Z',
  archivedAt: null,
  cwd: '',
  cliVersion: '',
  source: 'cli',
  threadSource: null,
  agentNickname: null,
  agentRole: null,
  agentPath: null,
  gitInfo: null,
  approvalMode: null,
  permissionProfile: null,
  tokenUsage: null,
  firstUserMessage: null,
  memoryMode: 'enabled',
  historyMode: 'legacy',
  extra: null,
}

describe('rowToRecord', () => {
  const row = (columns: SqlRow): SqlRow => ({ ...recordToRow(record, '/r', false), ...columns })

  test.each([
    ['the column made for names', { name: 'N', title: 'T', first_user_message: 'F' }, 'N'],
    ['a title that is not the first message', { title: 'T', first_user_message: 'F' }, 'T'],
    [
      'no title that only repeats the first message',
      { title: ' F ', first_user_message: 'F' },
      null,
    ],
    ['no title of a paginated thread', { title: 'T', history_mode: 'paginated' }, null],
  ] as const)('takes as name %s', (_what, columns, name) => {
    expect(rowToRecord(row(columns), around).name).toBe(name)
  })

  test('takes the newest name of the index where the row has none, and none where it is blank', () => {
    const columns = row({ title: 'F', first_user_message: 'F' })
    expect(rowToRecord(columns, { ...around, indexName: 'I' }).name).toBe('I')
    expect(rowToRecord(columns, { ...around, indexName: '' }).name).toBeNull()
  })

  test('reads seconds where the schema has no milliseconds', () => {
    const { created_at_ms: _created, updated_at_ms: _updated, ...old } = row({})
    expect(rowToRecord(old, around)).toMatchObject({
      createdAt: '2026-11-22T12:00:00.000Z',
      updatedAt: '2026-11-22T12:00:00.000Z',
    })
  })

  test('goes by the folder, and takes from the row only since when', () => {
    const archived = row({ archived: 1, archived_at: 1_795_348_792 })
    expect(rowToRecord(archived, around).archivedAt).toBeNull()
    const since = '2026-11-22T11:59:52.000Z'
    expect(rowToRecord(archived, { ...around, inArchive: true }).archivedAt).toBe(since)
    const unknown = rowToRecord(row({}), { ...around, inArchive: true }).archivedAt
    expect(unknown).toBe(around.archivedFileTime())
  })
})

const text = fc.oneof(fc.constantFrom('', ' ', '{', '{"a":1}', 'null'), fc.string())
const nullable = fc.option(text)
const changes = fc.record({
  preview: text,
  name: nullable,
  title: nullable,
  firstUserMessage: nullable,
  cwd: text,
  source: fc.oneof(text, fc.constant({ subagent: 'review' })),
  approvalMode: fc.oneof(nullable, fc.constant({ granular: { rules: true } })),
  permissionProfile: fc.constantFrom(null, {}, { type: 'disabled' }),
  gitInfo: fc.constantFrom(null, { sha: '', branch: null, originUrl: null }),
  historyMode: fc.constantFrom('legacy', 'paginated'),
})

test('a row and its overlay say any record, whatever its values look like', () => {
  fc.assert(
    fc.property(changes, fc.boolean(), (changed, hasNameColumn) => {
      const wanted: ThreadRecord = { ...record, ...changed }
      const row = recordToRow(wanted, '/r', hasNameColumn)
      const columns = { ...row, [INDEX_NAME]: null, [IN_ARCHIVE]: 0 }
      const plain = { ...record, ...rowToRecord(row, around) }
      const overlay = overlayFor(wanted, plain, columns, new Set())
      expect({ ...plain, ...trustedFields(overlay, columns) }).toEqual(wanted)
    }),
  )
})

test('a value of the overlay counts until one of its columns is another', () => {
  const wanted = { ...record, title: 'T', name: null, extraConfig: { a: 1 } }
  const row = recordToRow(wanted, '/r', false)
  const columns = { ...row, [INDEX_NAME]: null, [IN_ARCHIVE]: 0 }
  const plain = { ...record, ...rowToRecord(row, around) }
  const overlay = overlayFor(wanted, plain, columns, new Set())
  expect(trustedFields(overlay, columns)).toMatchObject({ name: null, extraConfig: { a: 1 } })
  const later = trustedFields(overlay, { ...columns, title: 'By Codex' })
  expect(later).not.toHaveProperty('name')
  expect(later).toHaveProperty('extraConfig')
  expect(trustedFields(overlay, { ...columns, [INDEX_NAME]: 'Named' })).not.toHaveProperty('name')
})
