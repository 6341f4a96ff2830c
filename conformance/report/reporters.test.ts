import { createHash } from 'node:crypto'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { validate as validateCtrf } from 'ctrf'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { Parser } from 'tap-parser'
import { beforeAll, describe, expect, test } from 'vitest'
import type { ConformanceCase } from '../case.js'
import { Unproved } from '../case.js'
import { claims } from '../claims.js'
import { HistoryBroken } from '../concurrency/history-broken.js'
import { equal } from '../expect.js'
import { memorySubject } from '../mutants/memory-subject.js'
import { prove } from '../prove.js'
import { run } from '../run.js'
import schema from '../schemas/conformance-report.schema.json' with { type: 'json' }
import { htmlPage } from './html/page.js'
import type { Report, RunEvent } from './report.js'
import { type ReporterName, printReport, reporterNames, reporters } from './reporters.js'

/** What no format may take for anything but text. */
const hostile =
  '</style></pre><script>alert(1)</script> ]]> <!-- & "\' # SKIP\n::error::x ```\n| a \u0000 \ud800 \u202e'

const base = { set: 'smoke', requirements: ['APPEND-1'] } as const

const cases: readonly ConformanceCase[] = [
  { ...base, id: 'append.passes', title: 'passes', run: () => Promise.resolve() },
  {
    ...base,
    id: 'append.fails',
    title: hostile,
    run: async () => equal({ [hostile]: 1 }, { [hostile]: hostile }, hostile),
  },
  {
    ...base,
    id: 'conc.fails',
    title: 'overlapping calls',
    run: () => {
      const facts = { client: 'A', verb: 'readThread', params: { threadId: hostile } } as const
      const calls = [
        { ...facts, begin: 1, end: 3, outcome: { kind: 'resolved', value: null } } as const,
        { ...facts, begin: 2, end: Infinity, outcome: { kind: 'pending' } } as const,
      ]
      return Promise.reject(new HistoryBroken('lost', hostile, calls, calls.slice(1)))
    },
  },
  {
    ...base,
    id: 'append.throws',
    title: 'throws',
    run: () => Promise.reject(new TypeError(hostile)),
  },
  {
    ...base,
    id: 'append.unproved',
    title: 'cannot be tried',
    run: () => Promise.reject(new Unproved(hostile)),
  },
  {
    ...base,
    id: 'path.other',
    title: 'is not claimed',
    requires: claims('paths'),
    run: () => Promise.resolve(),
  },
]

let report: Report
let printed: Readonly<Record<ReporterName, string>>

beforeAll(async () => {
  const subject = { ...memorySubject(), name: hostile, version: hostile }
  const first = await run(subject, { cases, seed: 7 })
  const signature = first.cases.find(({ id }) => id === 'append.throws')?.failure?.signature ?? ''
  const entry = { reason: hostile, link: 'https://example.org', expires: '9999-12-31' }
  report = await run(subject, {
    cases,
    seed: 7,
    baseline: [
      { ...entry, case: 'append.throws', signature },
      { ...entry, case: 'append.passes', signature },
    ],
  })
  const texts = reporterNames.map((name) => [name, printReport(name, report)])
  printed = Object.fromEntries(texts) as typeof printed
})

describe('a report of every outcome', () => {
  test('is what the other tests take it for', () => {
    expect(report.counts).toEqual({
      passed: 1,
      failed: 2,
      'not-applicable': 1,
      excluded: 1,
      unproved: 1,
    })
    expect(report.staleBaseline).toHaveLength(1)
  })

  test('is JSON that keeps its schema', () => {
    const ajv = new Ajv2020({ strict: true, allowUnionTypes: true })
    const document: unknown = JSON.parse(printed.json)
    expect([ajv.validate(schema, document), ajv.errorsText()]).toEqual([true, 'No errors'])
    expect(document).toEqual(JSON.parse(JSON.stringify(report)))
  })

  test('is JUnit XML with a test for each case, and one for what else is wrong', () => {
    expect(XMLValidator.validate(printed.junit)).toBe(true)
    const parser = new XMLParser({
      ignoreAttributes: false,
      attributeNamePrefix: '',
      isArray: (name) => name === 'testsuite' || name === 'testcase',
    })
    const { testsuites } = parser.parse(printed.junit) as {
      testsuites: { tests: string; failures: string; errors: string; testsuite: Suite[] }
    }
    const counts = { tests: testsuites.tests, failures: testsuites.failures }
    expect(counts).toEqual({ tests: '7', failures: '4' })
    const tests = testsuites.testsuite.flatMap(({ testcase }) => testcase)
    const kinds = tests.map(({ name, failure, error, skipped }) => {
      const kind = failure ? 'failure' : error ? 'error' : skipped ? 'skipped' : 'passed'
      return [name.split(':')[0], kind]
    })
    expect(Object.fromEntries(kinds)).toEqual({
      'append.passes': 'passed',
      'append.fails': 'failure',
      'append.throws': 'skipped',
      'append.unproved': 'failure',
      'conc.fails': 'failure',
      'path.other': 'skipped',
      'run.baseline': 'failure',
    })
  })

  test('is a CTRF document', () => {
    const document = JSON.parse(printed.ctrf) as {
      results: { summary: Record<string, number>; tests: { name: string; rawStatus: string }[] }
    }
    expect(validateCtrf(document)).toMatchObject({ valid: true })
    const { tests, passed, failed, skipped, other } = document.results.summary
    expect({ tests, passed, failed, skipped, other }).toEqual({
      tests: 7,
      passed: 1,
      failed: 4,
      skipped: 1,
      other: 1,
    })
  })

  test('is TAP 14 in which nothing is taken for a directive', () => {
    const points = Parser.parse(printed.tap)
      .filter(([kind]) => kind === 'assert')
      .map(([, point]) => point as { id: number; ok: boolean; skip?: unknown; todo?: unknown })
    const seen = points.map(({ ok, skip, todo }) => [ok, Boolean(skip), Boolean(todo)])
    expect(seen).toEqual([
      [true, false, false],
      [false, false, false],
      [false, false, false],
      [false, false, true],
      [false, false, false],
      [true, true, false],
      [false, false, false],
    ])
    expect(tapVerdict(printed.tap)).toMatchObject({
      ok: false,
      count: 7,
      fail: 5,
      todo: 1,
      skip: 1,
    })
  })

  test('is JSON lines, one for every event', () => {
    const lines = printed['json-lines'].trimEnd().split('\n')
    const events = lines.map((line) => JSON.parse(line) as { type: string; id?: string })
    expect(events.map(({ type }) => type)).toEqual([
      'started',
      ...cases.map(() => 'case'),
      'finished',
    ])
    expect(events.slice(1, -1).map(({ id }) => id)).toEqual(cases.map(({ id }) => id))
  })

  test('is Markdown whose texts stay texts', () => {
    const prose = printed.github.replace(/^(`{3,}).*$[^]*?^\1$/gm, '')
    expect(prose).not.toContain('<script>')
    expect(printed.github).toContain('&lt;/style>&lt;/pre>')
    // The program holds three backticks, so its fence has four.
    expect(printed.github).toMatch(/^````js$/m)
  })

  test('annotates with one line for each that is not as it should be', () => {
    const lines = printed.annotations.trimEnd().split('\n')
    expect(lines.map((line) => line.replace(/ .*/, ''))).toEqual([
      '::error',
      '::error',
      '::warning',
      '::error',
    ])
  })
})

/** What a TAP parser makes of a whole stream. */
function tapVerdict(stream: string): unknown {
  return Parser.parse(stream).find(([kind]) => kind === 'complete')?.[1]
}

interface Suite {
  readonly testcase: {
    name: string
    failure?: unknown
    error?: unknown
    skipped?: unknown
  }[]
}

describe('the HTML page', () => {
  let page: string

  beforeAll(async () => {
    const matrix = await prove(memorySubject(), { filter: 'APPEND-9', quick: true })
    page = htmlPage(report, matrix)
  })

  test('is well-formed', () => {
    const body = page.replace(/^<!doctype html>\s*/, '')
    expect(XMLValidator.validate(body, { allowBooleanAttributes: true })).toBe(true)
  })

  test('holds no markup but its own', () => {
    expect(page).not.toMatch(/<script|javascript:|\son\w+=/i)
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
  })

  test('asks for nothing from elsewhere', () => {
    expect(page).not.toMatch(/(?:src|href|action)="(?!#)|@import|url\(/i)
    expect(page).not.toMatch(/\sstyle="/)
  })

  test('allows its style sheet by hash, and nothing else', () => {
    const [, style = ''] = /<style>([^]*?)<\/style>/.exec(page) ?? []
    const hash = createHash('sha256').update(style).digest('base64')
    expect(page).toContain(
      `default-src 'none'; style-src &#39;sha256-${hash}&#39;`.replaceAll("'", '&#39;'),
    )
  })

  test('draws the calls of a failure that overlapped', () => {
    expect(page).toContain('aria-label="the calls over time"')
    expect(page).toContain('class="call culprit open"')
  })
})

describe('a run that is cut off', () => {
  test('leaves in its stream what was known, and a document that says it is not all', async () => {
    const stop = new AbortController()
    const events: RunEvent[] = []
    let soFar: ((problem: string) => Report) | null = null
    let partial: Report | null = null
    const cut = await run(memorySubject(), {
      cases,
      seed: 7,
      signal: stop.signal,
      onBegin: (now) => (soFar = now),
      onEvent: (event) => {
        events.push(event)
        if (event.type !== 'case' || event.index !== 1) return
        partial = soFar?.('the process ended') ?? null
        stop.abort()
      },
    })
    expect(partial).toMatchObject({
      aborted: true,
      verdict: 'non-conformant',
      problem: 'the process ended during conc.fails',
    })
    expect(cut).toMatchObject({ aborted: true, problem: 'the run was interrupted' })
    const stream = events.slice(0, 3).map((event) => reporters.tap(event))
    // Without its plan no reader takes a stream for a whole one.
    expect(tapVerdict(stream.slice(0, 2).join(''))).toMatchObject({ ok: false, count: 1, pass: 1 })
  })
})
