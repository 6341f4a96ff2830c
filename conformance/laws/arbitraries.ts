import fc from 'fast-check'
import type { JsonValue } from '../../src/protocol/json.js'
import type { RolloutItem } from '../../src/protocol/rollout-item.js'
import type { GitInfoPatch, ThreadMetadataPatch } from '../../src/store/metadata-patch.js'
import { at } from '../build/items.js'

/** Any text, lone surrogates and NUL among its code units. */
const anyText: fc.Arbitrary<string> = fc.string({
  unit: fc.oneof(
    { weight: 4, arbitrary: fc.string({ minLength: 1, maxLength: 1 }) },
    { weight: 1, arbitrary: fc.nat({ max: 0xffff }).map((code) => String.fromCharCode(code)) },
  ),
  maxLength: 20,
})

/** Any JSON value, hostile keys and lone surrogates among them. */
const anyJson: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom<JsonValue>(null, true, false, 0, -0, ''),
    anyText,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.array(tie('value'), { maxLength: 3 }),
    fc
      .array(fc.tuple(fc.oneof(anyText, fc.constant('__proto__')), tie('value')), { maxLength: 3 })
      .map((entries) => Object.fromEntries(entries)),
  ),
})).value

/** Any item: known and unknown types, with and without a payload, with fields of its own. */
export const anyItem: fc.Arbitrary<RolloutItem> = fc
  .record(
    {
      // A store may write session_meta items itself, so they could not be told apart.
      type: fc
        .oneof(fc.constantFrom('event_msg', 'response_item'), anyText)
        .filter((type) => type !== 'session_meta'),
      payload: anyJson,
      timestamp: fc.constantFrom(at(0), at(1), 'whenever'),
      extra: anyJson,
    },
    { requiredKeys: ['type', 'timestamp'], noNullPrototype: true },
  )
  .map((item): RolloutItem => item)

const clearable: fc.Arbitrary<string | null> = fc.option(anyText, { nil: null, freq: 3 })

const gitPatch: fc.Arbitrary<GitInfoPatch> = fc.record(
  { sha: clearable, branch: clearable, originUrl: clearable },
  { requiredKeys: [], noNullPrototype: true },
)

/** Any patch the contract allows; `rolloutPath` is left out, because a store with paths owns it. */
export const anyPatch: fc.Arbitrary<ThreadMetadataPatch> = fc.record(
  {
    name: clearable,
    preview: anyText,
    title: anyText,
    model: anyText,
    reasoningEffort: clearable,
    updatedAt: fc.integer({ min: -1000, max: 1000 }).map((seconds) => at(seconds)),
    threadSource: clearable,
    agentRole: clearable,
    cwd: anyText,
    memoryMode: fc.constantFrom('enabled', 'disabled'),
    gitInfo: gitPatch,
  },
  { requiredKeys: [], noNullPrototype: true },
)
