import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type ThreadMetadataPatch,
  applyPatch,
  isEmptyPatch,
  mergePatch,
  refuseUnclearable,
} from './metadata-patch.js'
import { newThreadRecord } from './new-record.js'
import type { ThreadRecord } from './records.js'

const record: ThreadRecord = newThreadRecord(
  {
    threadId: '01a20320-6d70-7852-b50d-7785b67ce898',
    source: 'cli',
    metadata: { cwd: '/w', modelProvider: 'mock', gitInfo: null },
  },
  '2026-11-22T11:59:46.552Z',
)

const clearable = fc.option(fc.string(), { nil: null })
const patches: fc.Arbitrary<ThreadMetadataPatch> = fc.record(
  {
    name: clearable,
    title: fc.string(),
    agentPath: clearable,
    model: fc.string(),
    gitInfo: fc.record(
      { sha: clearable, branch: clearable, originUrl: clearable },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
)

describe('patch algebra', () => {
  it('applies a merged patch as it applies both one after the other', () => {
    fc.assert(
      fc.property(patches, patches, (first, next) => {
        expect(applyPatch(record, mergePatch(first, next))).toEqual(
          applyPatch(applyPatch(record, first), next),
        )
      }),
    )
  })

  it('merges in any grouping to the same patch', () => {
    fc.assert(
      fc.property(patches, patches, patches, (a, b, c) => {
        expect(mergePatch(mergePatch(a, b), c)).toEqual(mergePatch(a, mergePatch(b, c)))
      }),
    )
  })

  it('leaves a record as it is when the patch is empty', () => {
    expect(applyPatch(record, {})).toEqual(record)
    expect(applyPatch(record, { gitInfo: {} })).toEqual(record)
    expect(isEmptyPatch({})).toBe(true)
    expect(isEmptyPatch({ gitInfo: {} })).toBe(true)
    expect(isEmptyPatch({ name: null })).toBe(false)
    expect(isEmptyPatch({ gitInfo: { sha: null } })).toBe(false)
  })

  it('has one spelling for a thread without git facts', () => {
    const set = applyPatch(record, { gitInfo: { sha: 'a', branch: 'b' } })
    expect(set.gitInfo).toEqual({ sha: 'a', branch: 'b', originUrl: null })
    expect(applyPatch(set, { gitInfo: { sha: null, branch: null } }).gitInfo).toBeNull()
  })

  it('names the field that cannot be cleared', () => {
    expect(() => refuseUnclearable({ title: null })).toThrow(/title cannot be cleared/)
    expect(() => refuseUnclearable({ gitInfo: null })).toThrow(/gitInfo cannot be cleared/)
    expect(() => refuseUnclearable({ name: null, gitInfo: { sha: null } })).not.toThrow()
  })
})
