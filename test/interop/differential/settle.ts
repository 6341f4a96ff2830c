import { isJsonObject, type JsonObject, type JsonValue } from '../../../src/protocol/json.js'
import type { Recording } from './record.js'
import type { RecordedStep } from './session.js'

const TIME = /\d{4}-\d\d-\d\dT\d\d[:-]\d\d[:-]\d\d(\.\d+)?Z?/g
const DAY = /\/\d{4}\/\d\d\/\d\d\//g
const ADDRESS = /127\.0\.0\.1:\d+/g

/** The recording with paths, addresses and times replaced by what they stand for. */
export function settled({ steps, home, project }: Recording): RecordedStep[] {
  const text = (value: string): string =>
    value
      .replaceAll(project, '<project>')
      .replaceAll(home, '<home>')
      .replaceAll(TIME, '<time>')
      .replaceAll(DAY, '/<day>/')
      .replaceAll(ADDRESS, '<model>')
  return steps.map(({ name, messages }) => ({
    name,
    messages: messages.map(({ kind, body }) => ({
      kind,
      body: withTexts('', body, text) as JsonObject,
    })),
  }))
}

function withTexts(field: string, value: JsonValue, text: (value: string) => string): JsonValue {
  if (typeof value === 'string') return text(value)
  if (typeof value === 'number' && /(At|Ms)$/.test(field)) return '<time>'
  if (Array.isArray(value)) {
    return (value as readonly JsonValue[]).map((each) => withTexts(field, each, text))
  }
  if (!isJsonObject(value)) return value
  const fields = Object.entries(value)
  return Object.fromEntries(fields.map(([name, each]) => [name, withTexts(name, each, text)]))
}
