import type { RolloutItem } from '../protocol/rollout-item.js'
import { ITEM_DEPTH_MAX, LINE_BYTES_MAX, printRolloutLine } from './rollout-line.js'

/**
 * Says why a value cannot be stored as an item and read back deep-equal, naming the path; `null`
 * when it can. An item is JSON data: an object with a string `type`, at most `ITEM_DEPTH_MAX`
 * levels deep and short enough for a line. Anything `JSON.stringify` would drop, call or change
 * is refused here, so that no store acknowledges what it cannot keep. Calls no accessor.
 */
export function itemProblem(value: unknown, bytesMax: number = LINE_BYTES_MAX): string | null {
  const problem = jsonProblem(value, bytesMax)
  if (problem !== null) return problem
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return 'item: is not an object'
  }
  return 'type' in value && typeof value.type === 'string' ? null : 'type: is not a string'
}

/** A container on the way down to the value being looked at. */
interface Frame {
  readonly container: object
  readonly keys: readonly string[]
  next: number
  /** The key of the value that was looked at last. */
  key: string
}

function jsonProblem(root: unknown, bytesMax: number): string | null {
  const frames: Frame[] = []
  const ancestors = new Set<object>()
  let size = 0
  let valueCount = 0

  function problemWith(value: unknown): string | null {
    valueCount += 1
    size += typeof value === 'string' ? value.length : 1
    if (size > bytesMax) return `makes the item longer than ${bytesMax} bytes`
    if (typeof value !== 'object' || value === null) return scalarProblem(value)
    if (ancestors.has(value)) return 'contains itself'
    if (frames.length === ITEM_DEPTH_MAX) return `is nested deeper than ${ITEM_DEPTH_MAX} levels`
    const problem = containerProblem(value)
    if (problem !== null) return problem
    frames.push({ container: value, keys: Object.keys(value), next: 0, key: '' })
    ancestors.add(value)
    return null
  }

  const rootProblem = problemWith(root)
  if (rootProblem !== null) return `item: ${rootProblem}`
  for (let frame = frames.at(-1); frame; frame = frames.at(-1)) {
    const key = frame.keys[frame.next]
    frame.next += 1
    if (key === undefined) {
      frames.pop()
      ancestors.delete(frame.container)
      continue
    }
    frame.key = key
    size += key.length
    const path = frames.length
    const problem = problemWith((frame.container as Readonly<Record<string, unknown>>)[key])
    if (problem !== null) return `${pathOf(frames.slice(0, path))}: ${problem}`
  }
  // Nearly every item is far too short for its line to be looked at.
  const atMost = size * CHARACTER_BYTES_MAX + valueCount * VALUE_BYTES_MAX
  const fits = atMost <= bytesMax || lineFits(root, bytesMax)
  return fits ? null : `item: is longer than ${bytesMax} bytes when it is printed`
}

/** An escape such as `\u0000`. */
const CHARACTER_BYTES_MAX = 6

/** What a value takes beside its characters and those of its key: a number, punctuation. */
const VALUE_BYTES_MAX = 32

/** What a store may fill in: a timestamp and an ordinal. */
const STAMP_BYTES_MAX = 100

function lineFits(item: unknown, bytesMax: number): boolean {
  try {
    return printRolloutLine(item as RolloutItem).length + STAMP_BYTES_MAX <= bytesMax
  } catch {
    // V8 makes no text as long.
    return false
  }
}

function scalarProblem(value: unknown): string | null {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return null
  if (value === undefined) return 'is undefined'
  if (typeof value !== 'number') return `is a ${typeof value}`
  return Number.isFinite(value) ? null : `is ${value}, which JSON cannot hold`
}

function containerProblem(value: object): string | null {
  const isArray = Array.isArray(value)
  if (!(isArray ? isPlainArray(value) : isPlainObject(value))) {
    return `is an instance of ${constructorName(value)}`
  }
  // Apart, because together they take twice as long, and every appended item comes by here.
  const [symbol] = Object.getOwnPropertySymbols(value)
  if (symbol !== undefined) return `has the symbol key ${String(symbol)}`
  let fields = 0
  for (const key of Object.getOwnPropertyNames(value)) {
    if (isArray && key === 'length') continue
    const descriptor = Object.getOwnPropertyDescriptor(value, key)
    if (!descriptor || !('value' in descriptor)) return `has the accessor ${JSON.stringify(key)}`
    if (!descriptor.enumerable) return `has the hidden key ${JSON.stringify(key)}`
    if (isArray && !/^(?:0|[1-9]\d*)$/.test(key)) {
      return `is an array with the key ${JSON.stringify(key)}`
    }
    fields += 1
  }
  return isArray && fields !== value.length ? 'is an array with holes' : null
}

/** Of any realm: what inherits from the root of a prototype chain and nothing else. */
function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === null) return true
  return (
    typeof prototype === 'object' &&
    Object.getPrototypeOf(prototype) === null &&
    Object.hasOwn(prototype, 'hasOwnProperty')
  )
}

/** `Array.prototype` is itself an array, in every realm; the prototype of a subclass is none. */
function isPlainArray(value: readonly unknown[]): boolean {
  return Array.isArray(Object.getPrototypeOf(value))
}

function constructorName(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value)
  const named: unknown =
    typeof prototype === 'object' && prototype !== null
      ? Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value
      : null
  return typeof named === 'function' && named.name ? named.name : 'an unnamed class'
}

/** `payload.content[3].text`, with quotes where a key is no identifier. */
function pathOf(frames: readonly Frame[]): string {
  let path = ''
  for (const { container, key } of frames) {
    if (Array.isArray(container)) path += `[${key}]`
    else if (!/^[A-Za-z_$][\w$]*$/.test(key)) path += `[${JSON.stringify(key)}]`
    else path += path === '' ? key : `.${key}`
  }
  return path
}
