import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonObject, JsonValue } from '../protocol/json.js'
import type { GitInfo } from '../protocol/metadata.js'
import type { RolloutItem } from '../protocol/rollout-item.js'
import { parseRolloutLine } from './rollout-line.js'
import { amendSessionMeta, buildSessionMeta, readSessionMeta } from './session-meta.js'
import { splitBuffer } from './split-lines.js'

const day = 'sessions/2026/11/22/rollout-2026-11-22T'
const legacyFile = `codex-0.131.0/${day}11-59-46-01a20320-6d70-7852-b50d-7785b67ce898.jsonl`
const forkFile = `codex-0.169.0/${day}12-43-58-01a20348-e491-7163-a982-a2d5988f0063.jsonl`
const reviewFile = `codex-0.131.0/${day}11-59-50-01a20320-7afb-7512-86e7-eb7c2132f1f2.jsonl`

interface RecordedMeta {
  readonly item: RolloutItem
  readonly payload: JsonObject
}

function recordedMetas(file: string): RecordedMeta[] {
  const bytes = readFileSync(new URL(`../../fixtures/homes/${file}`, import.meta.url))
  return splitBuffer(bytes).flatMap((line) => {
    const parsed = parseRolloutLine(line.bytes ?? Buffer.alloc(0))
    if ('finding' in parsed || parsed.item.type !== 'session_meta') return []
    return [{ item: parsed.item, payload: parsed.item.payload as JsonObject }]
  })
}

function metasOf(file: string): RolloutItem[] {
  return recordedMetas(file).map(({ item }) => item)
}

function firstMeta(file: string): RecordedMeta {
  const [first] = recordedMetas(file)
  if (!first) throw new TypeError(`${file} has no session_meta`)
  return first
}

/** The payload built again from what was read of it. */
function rebuilt(file: string, forkedFromOrdinalExclusive: number | null = null): JsonObject {
  const read = readSessionMeta(firstMeta(file).item)
  return buildSessionMeta({
    ...read,
    threadId: read?.threadId ?? '',
    timestamp: read?.createdAt ?? '',
    originator: read?.originator ?? '',
    cliVersion: read?.cliVersion ?? '',
    source: read?.source ?? '',
    forkedFromOrdinalExclusive,
  })
}

function meta(payload: JsonObject): RolloutItem {
  return { type: 'session_meta', timestamp: '2026-11-22T11:59:46.599Z', payload }
}

const id = '01a20320-6d70-7852-b50d-7785b67ce898'

describe('readSessionMeta', () => {
  test('reads instructions in either way in which they were written', () => {
    const read = (base_instructions: JsonValue): string | null | undefined =>
      readSessionMeta({ type: 'session_meta', payload: { base_instructions } })?.baseInstructions
    expect([{ text: 'do' }, 'do', 7].map(read)).toEqual(['do', 'do', null])
  })

  test('reads the tools that were written', () => {
    const facts = { threadId: id, timestamp: '2026-11-22T11:59:46.552Z', originator: 'o' }
    const params = { ...facts, cliVersion: '1', source: 'cli' }
    const tools = [{ name: 'tool' }]
    const payload = buildSessionMeta({ ...params, dynamicTools: tools })
    expect(readSessionMeta({ type: 'session_meta', payload })?.dynamicTools).toEqual(tools)
    expect(buildSessionMeta({ ...params, dynamicTools: [] })).not.toHaveProperty('dynamic_tools')
  })

  test('reads what 0.131 has written', () => {
    const [first, second] = metasOf(legacyFile).map(readSessionMeta)
    expect(first).toEqual({
      threadId: id,
      createdAt: '2026-11-22T11:59:46.552Z',
      cwd: '/home/dev/project',
      originator: 'lab',
      cliVersion: '0.131.0',
      source: 'vscode',
      threadSource: null,
      agentNickname: null,
      agentRole: null,
      agentPath: null,
      modelProvider: 'mock',
      baseInstructions: 'You are a test agent.',
      dynamicTools: null,
      memoryMode: null,
      gitInfo: {
        sha: '6f72d0895070f6ed0d46f8dfc55eed24902ff54c',
        branch: 'main',
        originUrl: 'https://example.com/r.git',
      },
      forkedFromId: null,
      parentThreadId: null,
      historyMode: 'legacy',
      historyBase: null,
      historyBaseInvalid: false,
    })
    expect(second).toMatchObject({ memoryMode: 'enabled', gitInfo: { branch: 'feature/x' } })
  })

  test('reads what 0.169 has written of a fork that copies nothing', () => {
    expect(metasOf(forkFile).map(readSessionMeta)).toMatchObject([
      {
        threadId: '01a20348-e491-7163-a982-a2d5988f0063',
        forkedFromId: '01a20348-e267-7813-a78b-5c0879df9d8a',
        historyMode: 'paginated',
        historyBase: {
          rolloutId: '01a20348-e3b2-7042-bbd8-0c2cad76a2de',
          endOrdinalExclusive: 32,
          endByteOffset: 6696,
        },
      },
    ])
  })

  test('reads a source that is an object', () => {
    expect(metasOf(reviewFile).map(readSessionMeta)).toMatchObject([
      { source: { subagent: 'review' }, threadSource: 'subagent' },
    ])
  })

  test('takes agent facts from the source and by their old names', () => {
    const spawn = { agent_nickname: 'Ada', agent_role: 'scout', agent_path: '/a' }
    const source = { subagent: { thread_spawn: { parent_thread_id: id, depth: 1, ...spawn } } }
    expect(readSessionMeta(meta({ id, source }))).toMatchObject({
      agentNickname: 'Ada',
      agentRole: 'scout',
      agentPath: '/a',
    })
    expect(readSessionMeta(meta({ id, agent_type: 'old' }))?.agentRole).toBe('old')
  })

  test('takes ids in capitals, times in either spelling, and falls back to the time of the line', () => {
    expect(readSessionMeta(meta({ id: id.toUpperCase() }))?.threadId).toBe(id)
    const createdAt = (timestamp: string): unknown =>
      readSessionMeta(meta({ id, timestamp }))?.createdAt
    expect(createdAt('2026-11-22T11-59-46')).toBe('2026-11-22T11:59:46.000Z')
    expect(createdAt('2026-11-22T12:59:46+01:00')).toBe('2026-11-22T11:59:46.000Z')
    expect(createdAt('yesterday')).toBe('2026-11-22T11:59:46.599Z')
  })

  test('tells git facts that are cleared from those that are not named', () => {
    expect(readSessionMeta(meta({ id }))?.gitInfo).toBeNull()
    const cleared = { sha: null, branch: null, originUrl: null }
    expect(readSessionMeta(meta({ id, git: {} }))?.gitInfo).toEqual(cleared)
  })

  test('tells a base that names no place from none', () => {
    expect(readSessionMeta(meta({ id, history_base: null }))?.historyBaseInvalid).toBe(false)
    const base = { thread_id: id, end_ordinal_exclusive: -1, end_byte_offset: 0 }
    expect(readSessionMeta(meta({ id, history_base: base }))).toMatchObject({
      historyBase: null,
      historyBaseInvalid: true,
    })
  })

  test('is null for any other item and never throws', () => {
    expect(readSessionMeta({ type: 'event_msg', payload: { id } })).toBeNull()
    expect(readSessionMeta({ type: 'session_meta', payload: 'text' })).toBeNull()
    const fields = ['id', 'timestamp', 'source', 'git', 'history_base', 'dynamic_tools']
    const payload = fc.record(
      Object.fromEntries(fields.map((field) => [field, fc.jsonValue()])),
    ) as fc.Arbitrary<JsonObject>
    fc.assert(
      fc.property(payload, (value) => {
        expect(readSessionMeta(meta(value))).toHaveProperty('threadId')
      }),
    )
  })
})

describe('buildSessionMeta', () => {
  test('writes a legacy thread as 0.131 does, to the order of the keys', () => {
    for (const file of [legacyFile, reviewFile]) {
      const { payload } = firstMeta(file)
      expect(JSON.stringify(rebuilt(file))).toBe(JSON.stringify(payload))
    }
  })

  test('writes a fork as 0.169 does, as far as a store knows it', () => {
    const { payload } = firstMeta(forkFile)
    const built = rebuilt(forkFile, 32)
    expect(Object.keys(built)).toEqual(Object.keys(payload).filter((key) => key in built))
    expect({ ...payload, ...built }).toEqual({
      ...payload,
      base_instructions: { text: 'You are a test agent.' },
    })
  })

  test('names the memory mode only when memory is not on', () => {
    const params = { threadId: id, timestamp: '', originator: 'x', cliVersion: '', source: 'cli' }
    expect(buildSessionMeta({ ...params, memoryMode: 'enabled' })).not.toHaveProperty('memory_mode')
    expect(buildSessionMeta({ ...params, memoryMode: 'disabled' })['memory_mode']).toBe('disabled')
  })
})

describe('amendSessionMeta', () => {
  test('writes a later line as 0.131 does', () => {
    const [first, second, third] = recordedMetas(legacyFile)
    if (!first || !second || !third) throw new TypeError('the fixture has fewer lines')
    const branch = 'feature/x'
    const sha = '6f72d0895070f6ed0d46f8dfc55eed24902ff54c'
    const printed = (gitInfo: GitInfo): string =>
      JSON.stringify(amendSessionMeta(first.payload, { gitInfo, memoryMode: 'enabled' }))
    const patched = { sha, branch, originUrl: 'https://example.com/r.git' }
    expect(printed(patched)).toBe(JSON.stringify(second.payload))
    const cleared = { sha: null, branch, originUrl: 'https://example.com/other.git' }
    expect(printed(cleared)).toBe(JSON.stringify(third.payload))
  })

  test('says nothing of git when only the memory mode changes, and empties it when cleared', () => {
    const first = { id, git: { branch: 'main' } }
    expect(amendSessionMeta(first, { gitInfo: null, memoryMode: 'disabled' })).toEqual({
      id,
      memory_mode: 'disabled',
    })
    const cleared = { sha: null, branch: null, originUrl: null }
    expect(amendSessionMeta(first, { gitInfo: cleared, memoryMode: 'enabled' })).toEqual({
      id,
      memory_mode: 'enabled',
      git: {},
    })
  })
})
