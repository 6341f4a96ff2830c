import { hostname } from 'node:os'
import {
  type ConflictPolicy,
  follow,
  type FollowResult,
  leaseShard,
  type MappedSource,
  type Mapping,
  migrate,
  type MigrateOptions,
  type MigrationEvent,
  type MigrationResult,
  type Pace,
  pacedSource,
  type PlanDocument,
  type RunFacts,
  type Shard,
} from '../../migrate/index.js'
import { systemClock } from '../../src/host/clock.js'
import { systemIds } from '../../src/host/ids.js'
import { openEventSink } from '../reports/event-sink.js'
import { ThreadStoreError } from '../../src/index.js'
import { ExitCode } from '../usage/exit-codes.js'
import { MigrationTeller } from './migration-teller.js'
import { printError } from '../terminal/output.js'
import type { OpenedStore } from '../stores/open-store.js'
import { packageVersion } from '../package-version.js'
import { reportedRun, type RunTools } from '../reports/reported-run.js'
import { UsageError } from '../usage/usage-error.js'
import { withoutPaths } from '../reports/without-paths.js'

/** What a migration was asked to do, and where it is to be told. */
export interface MigrationSettings {
  readonly only: ReadonlySet<string> | undefined
  readonly plan: PlanDocument | undefined
  readonly shard: Shard | undefined
  /** A dry run tries how fast the target is. */
  readonly probe: boolean
  readonly jobs: number
  readonly onConflict: ConflictPolicy
  readonly json: boolean
  readonly report: string | undefined
  readonly receipt: string | undefined
  /** File for events, `-` for standard output. */
  readonly events: string | undefined
  readonly noPaths: boolean
  /** Time of quiet after which a cutover is safe, where the source is followed. */
  readonly followQuietMs: number | undefined
  readonly maxDurationMs: number | undefined
  /** Changed by signals while it runs. */
  readonly pace: Pace
}

/** The stores of a migration. */
export interface OpenedSides {
  readonly source: OpenedStore
  readonly target: OpenedStore
  /** What is replaced on the way, and the source that does it; `null` for nothing. */
  readonly mapped: (MappedSource & { readonly mapping: Mapping }) | null
}

/** Copies threads, proves them and reports. */
export async function runMigration(
  settings: MigrationSettings,
  sides: OpenedSides,
): Promise<ExitCode> {
  const { source, target } = sides
  const { json, report, noPaths, events, shard } = settings
  const lease = await leaseOf(settings, sides)
  if (lease === 'taken') {
    const part = `part ${shard?.number}/${shard?.of} of ${source.label}`
    printError(`somebody else is copying ${part}; threadstore status shows who`)
    return ExitCode.nothingExecuted
  }
  await using _lease = lease
  const page = report?.endsWith('.html') === true ? report : undefined
  const schema = 'threadstore/migration-report/1'
  const header = { schema, source: source.label, target: target.label }
  const silent = events === '-'
  const options = { json, noPaths, silent, verb: 'copied', header }
  const asJson = page === undefined ? report : undefined
  return await reportedRun<object>({ ...options, report: asJson }, async (tools) => {
    const clean = noPaths ? withoutPaths : (text: string): string => text
    using sink = openEventSink(events, systemClock, clean)
    const teller = new MigrationTeller({ settings, sides, tools, sink, page, clean })
    sink.event({ type: 'begun', ...header, version: packageVersion(), host: hostname() })
    const result = await carryOut(settings, sides, { tools, teller })
    requirePlanned(source, result)
    const end = teller.end(result)
    sink.event({ type: 'ended', ...end.summary, exitCode: end.exitCode })
    return end
  })
}

interface RunParts {
  readonly tools: RunTools<object>
  readonly teller: MigrationTeller
}

async function carryOut(
  settings: MigrationSettings,
  sides: OpenedSides,
  { tools, teller }: RunParts,
): Promise<MigrationResult | FollowResult> {
  const { followQuietMs, maxDurationMs } = settings
  const limit = new AbortController()
  const options = migrateOptions(settings, sides)
  const over = new AbortController()
  const timer =
    maxDurationMs === undefined
      ? null
      : systemClock.sleep(maxDurationMs, over.signal).then(
          () => limit.abort(),
          () => {},
        )
  try {
    const all = {
      ...options,
      facts: factsOf(settings, sides),
      signal: AbortSignal.any([tools.signal, limit.signal]),
      onEvent: (event: MigrationEvent) => teller.tell(event),
    }
    const result =
      followQuietMs === undefined
        ? await migrate(all)
        : await follow({
            ...all,
            quietMs: followQuietMs,
            onStand: (stand) => teller.tellStand(stand),
          })
    const isLate = limit.signal.aborted && !tools.signal.aborted
    return isLate && result.stopped === 'interrupted'
      ? { ...result, stopped: 'time-limit' }
      : result
  } finally {
    over.abort()
    await timer
  }
}

/** What the log of the run says of it. */
function factsOf(settings: MigrationSettings, { source }: OpenedSides): RunFacts {
  const { onConflict, shard, noPaths, followQuietMs } = settings
  return {
    source: noPaths ? withoutPaths(source.label) : source.label,
    host: hostname(),
    version: packageVersion(),
    onConflict,
    ...(shard && { shard: `${shard.number}/${shard.of}` }),
    ...(followQuietMs !== undefined && { follows: true }),
  }
}

/** Where the target keeps no logs, as in a home of Codex, it keeps no leases either. */
async function leaseOf(
  settings: MigrationSettings,
  sides: OpenedSides,
): Promise<AsyncDisposable | 'taken' | null> {
  const { source, target } = sides
  const { shard } = settings
  if (shard === undefined || target.store.supports.paths) return null
  const facts = factsOf(settings, sides)
  const of = source.label
  try {
    return await leaseShard({ target: target.store, clock: systemClock, shard, of, facts })
  } catch (error) {
    const isTaken =
      ThreadStoreError.is(error, 'CONFLICT') && error.details.reason === 'already-live'
    if (isTaken) return 'taken'
    throw error
  }
}

/** What a run and a dry run of the same settings have in common. */
export function migrateOptions(
  { only, plan, shard, jobs, onConflict, pace }: MigrationSettings,
  { source, target, mapped }: OpenedSides,
): MigrateOptions {
  return {
    source: pacedSource(mapped?.store ?? source.store, pace),
    target: target.store,
    clock: systemClock,
    ids: systemIds,
    jobs,
    onConflict,
    ...(only && { only }),
    ...(plan && { plan }),
    ...(shard && { shard }),
  }
}

/** Refuses to go on with what is not there, or not as it was planned. Nothing was copied. */
export function requirePlanned(
  source: OpenedStore,
  { unknown, stale }: Pick<MigrationResult, 'unknown' | 'stale'>,
): void {
  if (unknown.length > 0) {
    throw new UsageError(`${source.label} has no thread ${unknown.join(', ')}`)
  }
  const [first] = stale
  if (first === undefined) return
  const others = stale.length > 1 ? `, and ${stale.length - 1} more` : ''
  throw new UsageError(`the plan is out of date: ${first.threadId}: ${first.reason}${others}`)
}
