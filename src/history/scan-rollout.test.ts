import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RolloutItem } from '../protocol/rollout-item.js'
import {
  createRolloutScan,
  type ItemPlace,
  type RolloutSummary,
  type ScanOptions,
  scanRollout,
} from './scan-rollout.js'

const rolloutId = '01a20320-6d70-7852-b50d-7785b67ce898'
const otherId = '01a20348-d904-73b3-9967-487639d9bd2d'

function fixture(path: string): Buffer {
  return readFileSync(new URL(`../../fixtures/${path}`, import.meta.url))
}

function scan(bytes: Uint8Array | string, options: Partial<ScanOptions> = {}): RolloutSummary {
  const rollout = createRolloutScan({ rolloutId, ...options })
  rollout.push(Buffer.from(bytes))
  return rollout.end()
}

function codes({ findings }: RolloutSummary): string[] {
  return findings.map(({ code, line, count }) => {
    const place = line === undefined ? code : `${code}:${line}`
    return count === undefined ? place : `${place}x${count}`
  })
}

function printed(fields: object): string {
  return `${JSON.stringify(fields)}\n`
}

function meta(payload: object, fields: object = {}): string {
  const whole = { id: rolloutId, timestamp: '2026-11-22T11:59:46.552Z', ...payload }
  return printed({
    timestamp: '2026-11-22T11:59:46.599Z',
    ...fields,
    type: 'session_meta',
    payload: whole,
  })
}

const timestamp = '2026-11-22T11:59:46.599Z'
const legacy = meta({}) + printed({ timestamp, type: 'turn_context', payload: {} })

describe('scanRollout', () => {
  test('goes on to the next session_meta where the first says nothing', () => {
    const empty = printed({ timestamp, type: 'session_meta' })
    const summary = scan(empty + legacy)
    expect([summary.sessionMeta?.threadId, codes(summary)]).toEqual([rolloutId, []])
  })

  test('sums up a rollout that a release has written', async () => {
    const path = 'homes/codex-0.169.0/archived_sessions/'
    const name = 'rollout-2026-11-22T12-43-55-01a20348-d904-73b3-9967-487639d9bd2d.jsonl'
    const bytes = fixture(path + name)
    const chunks = (async function* () {
      yield* await Promise.resolve([bytes.subarray(0, 100), bytes.subarray(100)])
    })()
    const { sessionMeta, ...summary } = await scanRollout(chunks, { rolloutId: otherId })
    expect(summary).toEqual({
      rolloutId: otherId,
      itemCount: 12,
      lineCount: 12,
      byteCount: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      historyMode: 'paginated',
      base: null,
      nextOrdinal: 12,
      lastCompleteByte: bytes.length,
      prefixes: new Map(),
      findings: [],
    })
    expect(sessionMeta).toMatchObject({ threadId: otherId, cliVersion: '0.169.0' })
  })

  test('counts ordinals from the base on', () => {
    const bytes = fixture('damaged/good-fork.jsonl')
    const ordinals: number[] = []
    const { base, nextOrdinal, itemCount, findings } = scan(bytes, {
      onItem: (_, { ordinal }) => ordinals.push(ordinal),
    })
    expect(findings).toEqual([])
    expect(base?.endOrdinalExclusive).toBe(ordinals[0])
    expect(nextOrdinal).toBe((ordinals[0] ?? 0) + itemCount)
  })

  test('hands out every item with its place', () => {
    const places: [RolloutItem, ItemPlace][] = []
    const text = `${legacy}no JSON\n${printed({ type: 'event_msg' })}`
    scan(text, { onItem: (item, place) => places.push([item, place]) })
    expect(places.map(([{ type }, place]) => ({ type, ...place }))).toEqual(
      [
        { type: 'session_meta', ordinal: 0, line: 1 },
        { type: 'turn_context', ordinal: 1, line: 2 },
        { type: 'event_msg', ordinal: 2, line: 4 },
      ].map((place) => {
        const offset = text.indexOf(`"type":"${place.type}"`)
        const start = text.lastIndexOf('\n', offset) + 1
        return { ...place, offset: start, length: text.indexOf('\n', offset) - start }
      }),
    )
  })

  test('says the same however the bytes are cut, and of a prefix what it says of it alone', () => {
    const pieces = fc.constantFrom(legacy, 'no JSON\n', '\n', '{"type":"t"}', '\ufeff', '{"type":')
    const bytes = fc.array(pieces).map((parts) => Buffer.from(parts.join('')))
    fc.assert(
      fc.property(bytes, fc.array(fc.nat()), fc.nat(), (whole, places, where) => {
        const mark = where % (whole.length + 1)
        const cuts = [...places.map((place) => place % (whole.length + 1)), whole.length]
        const rollout = createRolloutScan({ rolloutId, marks: [mark] })
        let start = 0
        for (const end of cuts.toSorted((a, b) => a - b)) {
          rollout.push(whole.subarray(start, end))
          start = end
        }
        const summary = rollout.end()
        expect(summary).toEqual(scan(whole, { marks: [mark] }))
        const alone = scan(whole.subarray(0, mark))
        const { itemCount, lineCount, byteCount, sha256, nextOrdinal, lastCompleteByte } = alone
        expect(summary.prefixes.get(mark)).toMatchObject({ lineCount, byteCount, sha256 })
        expect(summary.prefixes.get(mark)?.endsLine).toBe(lastCompleteByte === mark)
        const cutAtLine = lastCompleteByte === mark
        expect(cutAtLine ? summary.prefixes.get(mark) : { itemCount, nextOrdinal }).toMatchObject({
          itemCount,
          nextOrdinal,
        })
      }),
    )
  })
})

describe('the findings of a scan', () => {
  test.each([
    ['good-legacy', 0, []],
    ['good-paginated', 0, []],
    ['blank-lines', 3, ['BLANK_LINE:3x3']],
    ['bom', 0, ['BOM:1']],
    ['crlf', 0, ['CRLF:1x9']],
    ['deep-nesting', 1, ['TOO_DEEP_LINE:6']],
    ['duplicate-keys', 0, []],
    ['duplicate-ordinal', 0, ['ORDINAL_DUPLICATE:9', 'ORDINAL_GAP:10']],
    ['empty', 0, ['EMPTY_ROLLOUT']],
    ['escaped-nul', 0, []],
    ['foreign-session-meta', 0, []],
    ['glued-lines', 1, ['GLUED_LINE:6']],
    ['headless', 0, ['NO_SESSION_META']],
    ['invalid-utf8', 2, ['INVALID_UTF8:6', 'INVALID_UTF8:7']],
    ['line-separators', 0, []],
    ['lone-surrogates', 0, ['LONE_SURROGATE:4', 'LONE_SURROGATE:5']],
    ['malformed-middle-line', 1, ['MALFORMED_LINE:6']],
    ['missing-ordinal', 0, ['MISSING_ORDINAL:9']],
    ['no-final-newline', 0, ['UNTERMINATED_LINE:9']],
    ['nul-hole', 1, ['NUL_PADDING:6']],
    ['nul-padding', 1, ['NUL_PADDING:10']],
    ['numbers', 0, ['UNSAFE_NUMBER:8']],
    ['ordinal-gap', 0, ['ORDINAL_GAP:9']],
    ['proto-key', 0, []],
    ['torn-in-character', 1, ['TORN_TAIL:9']],
    ['torn-tail', 1, ['TORN_TAIL:9']],
    ['unknown-history-mode', 0, ['UNKNOWN_HISTORY_MODE:1']],
    ['unknown-line-type', 0, ['UNKNOWN_ITEM_TYPE:7']],
    ['whitespace-only', 3, ['BLANK_LINE:1x3', 'EMPTY_ROLLOUT']],
  ])('damaged/%s.jsonl has %i lines that are no items', (name, others, expected) => {
    const summary = scan(fixture(`damaged/${name}.jsonl`))
    expect(codes(summary)).toEqual(expected)
    expect(summary.lineCount - summary.itemCount).toBe(others)
  })

  test('two items on one line are glued', () => {
    expect(codes(scan(legacy.replaceAll('\n', '')))).toContain('GLUED_LINE:1')
  })

  test('a line of another thread, and of no thread, is told apart', () => {
    expect(codes(scan(legacy, { threadId: otherId }))).toEqual(['FOREIGN_ID:1'])
    expect(codes(scan(legacy, { threadId: rolloutId }))).toEqual([])
    expect(codes(scan(meta({ id: 7 })))).toEqual(['NO_SESSION_META:1'])
  })

  test('only the first session_meta counts', () => {
    const later = meta({ id: otherId, history_mode: 'paginated' })
    expect(scan(legacy + later)).toMatchObject({ historyMode: 'legacy', findings: [] })
  })

  test('a base that names no place is a finding', () => {
    const broken = meta(
      { history_mode: 'paginated', history_base: { thread_id: 1 } },
      { ordinal: 0 },
    )
    expect(codes(scan(broken))).toEqual(['INVALID_BASE:1'])
  })

  test('lines beyond the limits are named, not read', () => {
    const long = printed({ type: 'event_msg', payload: 'x'.repeat(2000) })
    expect(codes(scan(legacy + long, { lineBytesMax: 1000 }))).toEqual(['OVERSIZE_LINE:3'])
    const dropped = printed({ type: 'event_msg', payload: 'x'.repeat(17 << 20) })
    expect(codes(scan(legacy + dropped))).toEqual(['OVERSIZE_FOR_CODEX:3'])
  })

  test.each([
    ['9007199254740991', false],
    ['9007199254740993', true],
    ['18446744073709551615', true],
    ['-9007199254740993', true],
    ['1152921504606847000', false],
    ['1e300', false],
    ['1e400', true],
    ['0.1234567890123456789', false],
    ['"9007199254740993"', false],
    ['-0', false],
  ])('%s does not fit a double: %s', (number, unsafe) => {
    const summary = scan(`${legacy}{"type":"event_msg","payload":[{"n":${number}}]}\n`)
    expect(codes(summary)).toEqual(unsafe ? ['UNSAFE_NUMBER:3'] : [])
  })

  test.each([
    ['\\ud83d\\ude42', false],
    ['\\ud83d', true],
    ['\\uDE42\\uD83D', true],
    ['\\\\ud83d', false],
    ['\\u0000', false],
  ])('%s holds half a character: %s', (text, half) => {
    expect(codes(scan(`${legacy}{"type":"event_msg","${text}":1}\n`))).toEqual(
      half ? ['LONE_SURROGATE:3'] : [],
    )
    expect(codes(scan(`${legacy}{"type":"event_msg","payload":"${text}"}\n`))).toEqual(
      half ? ['LONE_SURROGATE:3'] : [],
    )
  })
})
