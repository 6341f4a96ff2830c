import type { ConformanceCase } from '../case.js'
import { derivationOf } from '../origin.js'
import type { TracedCall } from '../trace.js'
import { differenceText } from './difference.js'
import { type Names, literal } from './literal.js'

/** The two values a failed case compared. */
interface Comparison {
  readonly expected: unknown
  readonly actual: unknown
}

const callsInFull = 6

const reads: ReadonlySet<string> = new Set([
  'loadHistory',
  'readThread',
  'listThreads',
  'searchThreads',
  'listTurns',
  'listItems',
  'exportThread',
  'historyDigest',
])

/**
 * The calls of a failed case as a test one can paste: `open` opens a handle on fresh storage. Reads
 * that the failure does not speak of are left out of long programs.
 */
export function printProgram(
  testCase: ConformanceCase,
  calls: readonly TracedCall[],
  compared: Comparison | null,
): string {
  const names = namesOf(calls)
  const source = compared === null ? null : originOf(calls, compared.actual)
  const shown = essential(calls, source?.call ?? null)
  const body = [
    ...[...names].map(([id, name]) => `const ${name} = '${id}'`),
    ...shown.flatMap((call, index) => statement(call, shown, index, names, source, compared)),
    ...assertion(source, compared, names),
  ]
  return [
    `test(${literal(`${testCase.requirements.join(', ')}: ${testCase.title}`, new Map())}, async () => {`,
    ...body.map((line) => `  ${line}`),
    '})',
  ].join('\n')
}

/** Where a compared value came from: `r3.items` is the field `items` of the result of a call. */
interface Origin {
  readonly call: TracedCall
  readonly path: string
}

function originOf(calls: readonly TracedCall[], actual: unknown): Origin | null {
  if (typeof actual !== 'object' || actual === null) return null
  for (const call of calls.toReversed()) {
    const path = call.settled && 'value' in call.settled ? pathTo(call.settled.value, actual) : null
    if (path !== null) return { call, path }
  }
  const derivation = derivationOf(actual)
  const source = derivation && originOf(calls, derivation.source)
  return source && { call: source.call, path: source.path + derivation.expression }
}

function pathTo(value: unknown, wanted: object, depth = 0): string | null {
  if (value === wanted) return ''
  if (typeof value !== 'object' || value === null || depth === 3) return null
  for (const [key, part] of Object.entries(value)) {
    const path = pathTo(part, wanted, depth + 1)
    if (path !== null) return `${Array.isArray(value) ? `[${key}]` : `.${key}`}${path}`
  }
  return null
}

function essential(calls: readonly TracedCall[], needed: TracedCall | null): readonly TracedCall[] {
  if (calls.length <= callsInFull) return calls
  const last = calls.at(-1)
  return calls.filter((call) => !reads.has(call.verb) || call === needed || call === last)
}

function namesOf(calls: readonly TracedCall[]): Names {
  const names = new Map<string, string>()
  for (const { params } of calls) {
    const id =
      typeof params === 'object' && params !== null && 'threadId' in params ? params.threadId : null
    if (typeof id === 'string' && id.length === 36 && !names.has(id))
      names.set(id, `T${names.size + 1}`)
  }
  return names
}

function statement(
  call: TracedCall,
  calls: readonly TracedCall[],
  index: number,
  names: Names,
  source: Origin | null,
  compared: Comparison | null,
): string[] {
  const { handle, verb, params, settled } = call
  const args = params === undefined ? '' : literal(params, names)
  const expression = `${handle}.${verb}(${args})`
  const opening =
    calls.findIndex((other) => other.handle === handle) === index ? [opens(handle)] : []
  const isLast = index === calls.length - 1
  const code = isLast ? rejectionCode(compared?.expected) : null
  if (code !== null) return [...opening, `await assert.rejects(${expression}, { code: '${code}' })`]
  if (settled !== null && 'reason' in settled && !isLast) {
    return [...opening, `await assert.rejects(${expression})`]
  }
  return [...opening, `${source?.call === call ? 'const result = ' : ''}await ${expression}`]
}

function opens(handle: string): string {
  const how: Record<string, string> = {
    second: 'openSecond() // another handle on the same storage',
    reopened: 'reopen() // after every handle was closed',
    elsewhere: 'openSecond() // in another process',
    revived: 'reopen() // in a new process',
  }
  return `const ${handle} = await ${how[handle.replace(/\d+$/, '')] ?? 'open() // your store, on fresh storage'}`
}

function rejectionCode(expected: unknown): string | null {
  if (typeof expected !== 'string') return null
  return /^([A-Z]+(?:_[A-Z]+)*) [a-z-]+/.exec(expected)?.[1] ?? null
}

function assertion(source: Origin | null, compared: Comparison | null, names: Names): string[] {
  if (compared === null || rejectionCode(compared.expected) !== null) return []
  const expected = literal(compared.expected, names)
  if (source !== null) return [`assert.deepEqual(result${source.path}, ${expected})`]
  const lines = differenceText(compared.expected, compared.actual).split('\n')
  return lines.map((line) => `// ${line}`)
}
