import type { JsonObject } from '../protocol/json.js'

/** Calls, and the type of the item that answers each. */
const outputTypes: Readonly<Record<string, string>> = {
  function_call: 'function_call_output',
  local_shell_call: 'function_call_output',
  custom_tool_call: 'custom_tool_call_output',
}

/**
 * A context as a model accepts it: a turn that was cut off leaves calls without output, and a
 * rollback or compaction outputs without a call.
 */
export function promptInput(context: readonly JsonObject[]): JsonObject[] {
  const answered = callIds(context.filter((item) => isOutput(item)))
  const called = callIds(context.filter((item) => outputTypeOf(item) !== null))
  return context.flatMap((item) => {
    if (isOutput(item)) return called.has(item['call_id']) ? [item] : []
    const type = outputTypeOf(item)
    if (type === null || answered.has(item['call_id'])) return [item]
    return [item, { type, call_id: item['call_id'] ?? null, output: 'aborted' }]
  })
}

function outputTypeOf(item: JsonObject): string | null {
  const type = item['type']
  return typeof type === 'string' && Object.hasOwn(outputTypes, type)
    ? (outputTypes[type] ?? null)
    : null
}

function isOutput(item: JsonObject): boolean {
  return Object.values(outputTypes).some((type) => type === item['type'])
}

function callIds(items: readonly JsonObject[]): ReadonlySet<unknown> {
  return new Set(items.map((item) => item['call_id']))
}
