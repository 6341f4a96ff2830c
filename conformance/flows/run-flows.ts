import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Clock, systemClock } from '../../src/host/clock.js'
import { withDeadline } from '../deadline.js'
import { AppServerClient } from './app-server-client.js'
import { flowCases } from './cases/index.js'
import type { FlowCase, FlowContext, FlowDoor } from './flow-case.js'
import { type MockResponses, startMockResponses } from './mock-responses.js'
import type { FlowServer, FlowSubject } from './subject.js'

const run = promisify(execFile)

/** What became of a case; `unproved`: the subject has not what it needs. */
export type FlowOutcome = 'passed' | 'failed' | 'excluded' | 'unproved'

export interface FlowResult {
  readonly id: string
  readonly title: string
  readonly requirements: readonly string[]
  readonly outcome: FlowOutcome
  /** Why it failed, is excluded or could not be tried. */
  readonly reason: string | null
  readonly durationMs: number
}

/** A failure that is known of: what of its message is certain, and why it is so. */
export interface FlowDeviation {
  readonly case: string
  /** A part of the failure’s message. */
  readonly message: string
  readonly reason: string
}

export interface FlowReport {
  readonly schema: 'threadstore/flow-report/1'
  readonly subject: string
  readonly verdict: 'conformant' | 'non-conformant' | 'nothing-executed'
  readonly counts: Readonly<Record<FlowOutcome, number>>
  /** Deviations that no longer happen, or happen otherwise. */
  readonly stale: readonly string[]
  readonly cases: readonly FlowResult[]
}

export interface FlowOptions {
  /** Cases whose id contains it. @defaultValue all */
  readonly filter?: string
  readonly deviations?: readonly FlowDeviation[]
  readonly clock?: Clock
  readonly caseTimeoutMs?: number
  readonly onResult?: (result: FlowResult) => void
  /** @defaultValue the whole suite */
  readonly cases?: readonly FlowCase[]
  readonly signal?: AbortSignal
}

const CASE_TIMEOUT_MS = 45_000

/** Runs the flow suite. Never throws for what the subject does: that is in the report. */
export async function runFlows(
  subject: FlowSubject,
  options: FlowOptions = {},
): Promise<FlowReport> {
  const { clock = systemClock, deviations = [], onResult, signal } = options
  const wanted = (options.cases ?? flowCases).filter(({ id }) => id.includes(options.filter ?? ''))
  const results: FlowResult[] = []
  for (const flowCase of wanted) {
    if (signal?.aborted) break
    const result = excused(await decide(subject, flowCase, options, clock), deviations)
    results.push(result)
    onResult?.(result)
  }
  const count = (wantedOutcome: FlowOutcome): number =>
    results.filter(({ outcome }) => outcome === wantedOutcome).length
  const counts = {
    passed: count('passed'),
    failed: count('failed'),
    excluded: count('excluded'),
    unproved: count('unproved'),
  }
  const stale = staleDeviations(results, deviations)
  const failed = counts.failed > 0 || stale.length > 0
  const none = counts.passed + counts.failed + counts.excluded === 0
  return {
    schema: 'threadstore/flow-report/1',
    subject: subject.name,
    verdict: none ? 'nothing-executed' : failed ? 'non-conformant' : 'conformant',
    counts,
    stale,
    cases: results,
  }
}

function excused(result: FlowResult, deviations: readonly FlowDeviation[]): FlowResult {
  const known = deviations.find((one) => one.case === result.id)
  if (known === undefined || result.outcome !== 'failed') return result
  if (result.reason?.includes(known.message) !== true) return result
  return { ...result, outcome: 'excluded', reason: known.reason }
}

function staleDeviations(
  results: readonly FlowResult[],
  deviations: readonly FlowDeviation[],
): string[] {
  return deviations.flatMap((known) => {
    const result = results.find(({ id }) => id === known.case)
    return result?.outcome === 'passed' ? [`${known.case}: passes now; remove the entry`] : []
  })
}

async function decide(
  subject: FlowSubject,
  flowCase: FlowCase,
  { caseTimeoutMs = CASE_TIMEOUT_MS }: FlowOptions,
  clock: Clock,
): Promise<FlowResult> {
  const { id, title, requirements } = flowCase
  const startedMs = clock.now()
  const result = (outcome: FlowOutcome, reason: string | null): FlowResult => {
    return { id, title, requirements, outcome, reason, durationMs: clock.now() - startedMs }
  }
  await using bench = await openBench(subject, flowCase, clock)
  const missing = (flowCase.doors ?? []).filter((door) => !bench.has(door))
  if (missing.length > 0) return result('unproved', `needs ${missing.join(', ')}`)
  try {
    await withDeadline(clock, caseTimeoutMs, flowCase.run(await bench.context()))
    // Every case shows FLOW-4 beside its own requirements.
    const [problem] = bench.shapeProblems()
    if (problem !== undefined) return result('failed', `FLOW-4: ${problem}`)
    return result('passed', null)
  } catch (reason) {
    return result('failed', reason instanceof Error ? reason.message : String(reason))
  }
}

interface Bench extends AsyncDisposable {
  has(door: FlowDoor): boolean
  /** What a server said that has not the shape of the schema. */
  shapeProblems(): readonly string[]
  context(): Promise<FlowContext>
}

/** A model, a project and a running server for one case. */
async function openBench(
  subject: FlowSubject,
  { unloadDelayMs }: FlowCase,
  clock: Clock,
): Promise<Bench> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'flow-')))
  const model = await startMockResponses(clock)
  const place = {
    modelUrl: model.baseUrl,
    folder: join(folder, 'home'),
    unloadDelayMs: unloadDelayMs ?? null,
  }
  await mkdir(place.folder)
  const running = new Running(subject, await subject.start(place))
  return {
    has: (door) => running.has(door),
    shapeProblems: () => running.shapeProblems(),
    context: async () => running.context(once(join(folder, 'project'), gitProject), place),
    [Symbol.asyncDispose]: async () => disposeAll(running, model, folder),
  }
}

async function disposeAll(running: Running, model: MockResponses, folder: string): Promise<void> {
  await running.stop()
  await model[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
}

class Running {
  readonly #subject: FlowSubject
  #server: FlowServer
  #clients: AppServerClient[] = []
  readonly #known: AppServerClient[] = []

  constructor(subject: FlowSubject, server: FlowServer) {
    this.#subject = subject
    this.#server = server
  }

  has(door: FlowDoor): boolean {
    switch (door) {
      case 'several-connections':
        return this.#subject.connections === 'several'
      case 'restart':
        return this.#subject.durable
      case 'store-calls':
        return this.#server.storeCalls !== undefined
      case 'spawn':
        return this.#server.spawn !== undefined
      case 'unload':
        return this.#subject.unloads === true
    }
  }

  async context(
    project: () => Promise<string>,
    place: Parameters<FlowSubject['start']>[0],
  ): Promise<FlowContext> {
    return {
      client: await this.#introduced(),
      project,
      stranger: () => this.#connect(),
      second: () => this.#introduced(),
      restart: async (kill = false) => {
        if (kill) for (const client of this.#clients) client.kill()
        await this.stop()
        this.#server = await this.#subject.start(place)
        return this.#introduced()
      },
      spawn: (parent) => this.#server.spawn?.(parent) ?? Promise.reject(new Error('cannot spawn')),
      storeCalls: () => this.#server.storeCalls?.() ?? [],
    }
  }

  shapeProblems(): readonly string[] {
    return this.#known.flatMap((client) => client.shapeProblems)
  }

  async stop(): Promise<void> {
    await Promise.all(this.#clients.splice(0).map((client) => client.close()))
    await this.#server.stop()
  }

  #connect(): AppServerClient {
    const client = new AppServerClient(this.#server.connect())
    this.#clients.push(client)
    this.#known.push(client)
    return client
  }

  async #introduced(): Promise<AppServerClient> {
    const client = this.#connect()
    await client.initialize('flows')
    return client
  }
}

/** What is made from a folder when somebody first asks for it. */
function once<T>(folder: string, make: (folder: string) => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null
  return () => (made ??= make(folder))
}

async function gitProject(folder: string): Promise<string> {
  await mkdir(folder)
  const identity = ['-c', 'user.name=dev', '-c', 'user.email=dev@example.com']
  for (const args of [
    ['init', '-q', '-b', 'main'],
    ['remote', 'add', 'origin', 'https://example.com/r.git'],
    [...identity, 'commit', '-q', '--allow-empty', '-m', 'begin'],
  ]) {
    await run('git', args, { cwd: folder })
  }
  return folder
}
