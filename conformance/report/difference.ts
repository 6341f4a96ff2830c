import { isDeepStrictEqual } from 'node:util'
import { literal } from './literal.js'

/** A place where two values part. */
interface Difference {
  /** `.items[0].payload.message`; empty for the values themselves. */
  readonly path: string
  readonly expected: unknown
  readonly actual: unknown
}

const differencesMax = 8
/** Longer lists are compared part by part, and shown up to here. */
const listMax = 400
const depthMax = 40

/** Where two values part, the first places first. */
export function differences(expected: unknown, actual: unknown): Difference[] {
  const found: Difference[] = []
  collect(expected, actual, '', 0, found)
  return found
}

function collect(
  expected: unknown,
  actual: unknown,
  path: string,
  depth: number,
  found: Difference[],
): void {
  if (found.length >= differencesMax || isDeepStrictEqual(expected, actual)) return
  if (!comparable(expected, actual) || depth > depthMax) {
    found.push({ path, expected, actual })
    return
  }
  const keys = [...Object.keys(expected as object), ...Object.keys(actual as object)]
  for (const key of new Set(keys)) {
    const step = Array.isArray(expected) ? `[${key}]` : stepTo(key)
    collect(own(expected, key), own(actual, key), path + step, depth + 1, found)
  }
}

/** Containers of one kind; of lists those of one length whose parts have not moved. */
function comparable(expected: unknown, actual: unknown): boolean {
  if (!isContainer(expected) || !isContainer(actual)) return false
  if (!Array.isArray(expected) || !Array.isArray(actual)) {
    return Array.isArray(expected) === Array.isArray(actual)
  }
  return expected.length === actual.length && !hasMoved(expected, actual)
}

/** Whether a part of a list turns up at another place: then it is the order that differs. */
function hasMoved(expected: readonly unknown[], actual: readonly unknown[]): boolean {
  if (expected.length > listMax) return false
  return expected.some(
    (part, index) =>
      !isDeepStrictEqual(part, actual[index]) &&
      actual.some((other) => isContainer(other) && isDeepStrictEqual(other, part)),
  )
}

function isContainer(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array)
}

/** What is missing differs from what is undefined. */
const missing: unique symbol = Symbol('missing')

function own(value: unknown, key: string): unknown {
  return Object.hasOwn(value as object, key) ? (value as Record<string, unknown>)[key] : missing
}

function stepTo(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
}

/** The differences for people: `-` was expected, `+` came. */
export function differenceText(expected: unknown, actual: unknown): string {
  const found = differences(expected, actual)
  const lines = found.flatMap(({ path, expected: left, actual: right }) => {
    const heading = path === '' ? [] : [`at ${path}`]
    return [
      ...heading,
      ...(bothLists(left, right) ? listLines(left, right) : valueLines(left, right)),
    ]
  })
  return found.length === differencesMax ? [...lines, '…'].join('\n') : lines.join('\n')
}

function bothLists(left: unknown, right: unknown): boolean {
  return Array.isArray(left) && Array.isArray(right)
}

function valueLines(expected: unknown, actual: unknown): string[] {
  return [`- ${shown(expected)}`, `+ ${shown(actual)}`]
}

const lineLength = 160

function shown(value: unknown): string {
  if (value === missing) return '(missing)'
  const text = literal(value, new Map()).replace(/\s*\n\s*/g, ' ')
  return text.length > lineLength ? `${text.slice(0, lineLength)}…` : text
}

const linesMax = 12

/** Lists of different lengths, element by element, as a line diff shows them. */
function listLines(expected: unknown, actual: unknown): string[] {
  const line = (part: unknown): string => shown(ordered(part))
  const left = (expected as readonly unknown[]).slice(0, listMax).map(line)
  const right = (actual as readonly unknown[]).slice(0, listMax).map(line)
  const counts = `${(expected as unknown[]).length} expected, ${(actual as unknown[]).length} came`
  const changed = changedLines(left, right)
  const more = changed.length > linesMax ? [`… and ${changed.length - linesMax} more`] : []
  return [`(${counts})`, ...changed.slice(0, linesMax), ...more]
}

/** The same value with its keys in order, because that order is no difference. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered)
  if (!isContainer(value)) return value
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, part]) => [key, ordered(part)]))
}

/** The lines of one list that are not in the other, in order: a longest common subsequence. */
function changedLines(left: readonly string[], right: readonly string[]): string[] {
  const zeros = (): number[] => Array.from({ length: right.length + 1 }, () => 0)
  const lengths = Array.from({ length: left.length + 1 }, zeros)
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0
  for (let i = left.length - 1; i >= 0; i -= 1) {
    for (let j = right.length - 1; j >= 0; j -= 1) {
      const row = lengths[i]
      if (row)
        row[j] = left[i] === right[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  const lines: string[] = []
  let [i, j] = [0, 0]
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && left[i] === right[j]) [i, j] = [i + 1, j + 1]
    else if (j >= right.length || (i < left.length && at(i + 1, j) >= at(i, j + 1))) {
      lines.push(`- [${i}] ${left[i]}`)
      i += 1
    } else {
      lines.push(`+ [${j}] ${right[j]}`)
      j += 1
    }
  }
  return lines
}
