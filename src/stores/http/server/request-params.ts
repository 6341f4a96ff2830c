import { isUtf8 } from 'node:buffer'
import { ITEM_DEPTH_MAX, nestsDeeper, parseRolloutLine } from '../../../history/rollout-line.js'
import { splitBuffer } from '../../../history/split-lines.js'
import { isJsonObject, type JsonValue } from '../../../protocol/json.js'
import { parseJson } from '../../../protocol/parse-json.js'
import type { RolloutItem } from '../../../protocol/rollout-item.js'
import { invalidRequest } from '../../../store/errors.js'
import type { VerbRoute } from '../routes.js'
import { asWire, type ImportHead } from '../wire.js'
import type { ImportPart } from './served-import.js'

/** What of a request is read here. */
interface RequestParts {
  readonly params: unknown
  readonly query: unknown
  readonly body: unknown
}

/** The params of a verb, taken from wherever its route puts them. The store judges them. */
export function paramsOf(route: VerbRoute, request: RequestParts): Record<string, unknown> {
  const named = { ...(request.params as Record<string, unknown>) }
  switch (route.params) {
    case 'query':
      return { ...alone(switchesIn(request.query), named, 'query'), ...named }
    case 'json':
      return { ...alone(fieldsIn(request.body), named, 'body'), ...named }
    case 'lines':
      return { items: itemsIn(bodyOf(request.body)), ...named }
    case 'parts':
      throw new TypeError('imports have no params of this kind')
  }
}

function switchesIn(query: unknown): Record<string, unknown> {
  const values = Object.entries(query as Record<string, unknown>)
  return Object.fromEntries(
    values.map(([name, value]) => [name, value === 'true' || (value === 'false' ? false : value)]),
  )
}

function fieldsIn(body: unknown): Record<string, unknown> {
  const value = jsonIn(bodyOf(body))
  if (!isJsonObject(value)) throw malformed('the body is not a JSON object')
  return { ...value }
}

/** Refuses what the path says already, and what calls itself a signal, which no text can be. */
function alone(
  fields: Record<string, unknown>,
  named: Readonly<Record<string, unknown>>,
  where: string,
): Record<string, unknown> {
  const odd = Object.keys(fields).find((field) => Object.hasOwn(named, field) || field === 'signal')
  if (odd === undefined) return fields
  throw malformed(`${odd} does not belong into the ${where}`, `/${odd}`)
}

/** The JSON of a body; no body is an empty object. */
function jsonIn(body: Buffer): JsonValue {
  return body.length === 0 ? {} : parsed(body, 'the body')
}

function parsed(bytes: Buffer, what: string): JsonValue {
  if (!isUtf8(bytes)) throw malformed(`${what} is not UTF-8`)
  const value = parseJson(bytes.toString('utf8'))
  if (value === undefined) throw malformed(`${what} is not JSON`)
  if (nestsDeeper(value, ITEM_DEPTH_MAX)) throw malformed(`${what} nests too deep`)
  return value
}

function itemsIn(body: Buffer): RolloutItem[] {
  return splitBuffer(body).map(({ bytes }, index) => {
    const line = parseRolloutLine(bytes ?? Buffer.alloc(0))
    if ('item' in line) return line.item
    throw invalidRequest(
      'invalid-item',
      `items[${index}] cannot be stored: ${line.finding.message}`,
      { path: `/items/${index}` },
    )
  })
}

/** The first part of an import. */
export function importIn(body: unknown): { readonly head: ImportHead; readonly bytes: Buffer } {
  const { line, bytes } = cutFirstLine(bodyOf(body))
  const read = asWire('importHead', line)
  if ('problem' in read) throw badHead(read.problem)
  return { head: read.value, bytes }
}

/** A later part of an import. */
export function importPartIn(body: unknown): ImportPart {
  const { line, bytes } = cutFirstLine(bodyOf(body))
  const read = asWire('partHead', line)
  if ('problem' in read) throw badHead(read.problem)
  return { head: read.value, bytes }
}

function cutFirstLine(body: Buffer): { readonly line: JsonValue; readonly bytes: Buffer } {
  const end = body.indexOf(0x0a)
  if (end < 0) throw malformed('the body has no first line')
  return { line: parsed(body.subarray(0, end), 'the first line'), bytes: body.subarray(end + 1) }
}

function badHead({ path, message }: { readonly path: string; readonly message: string }): Error {
  return malformed(`the first line${path === '' ? '' : ` at ${path}`} ${message}`, path)
}

function bodyOf(body: unknown): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0)
}

function malformed(message: string, path?: string): Error {
  return invalidRequest('malformed-params', message, path === undefined ? {} : { path })
}
