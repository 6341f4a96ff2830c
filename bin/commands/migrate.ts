import type { Argv } from 'yargs'
import { examples } from '../usage/examples.js'
import {
  conflictPolicies,
  JOBS_DEFAULT,
  ON_CONFLICT_DEFAULT,
  Pace,
  type PlanDocument,
} from '../../migrate/index.js'
import { systemClock } from '../../src/host/clock.js'
import { pausable } from '../terminal/interruptible.js'
import { keepProcessLean } from '../migration/lean-process.js'
import { mapOptions, mappingOf, mapSource } from '../migration/map-options.js'
import { choiceOptions, courseOptions } from '../migration/migrate-options.js'
import { openStore } from '../stores/open-store.js'
import { readPlan } from '../migration/read-plan.js'
import { requireWritable } from '../reports/report-sink.js'
import { runDryRun } from '../migration/run-dry-run.js'
import { type OpenedSides, runMigration } from '../migration/run-migration.js'
import {
  byteRate,
  durationMs,
  jobsOf,
  shardOf,
  targetAddress,
  threadIds,
} from '../usage/option-values.js'
import { requireTwoPlaces } from '../stores/two-places.js'
import { UsageError } from '../usage/usage-error.js'

/** `threadstore migrate`: copies threads and proves them. */
export function migrateCommand(yargs: Argv): Argv {
  return yargs.command(
    'migrate <source> [target]',
    'copy threads and prove them; run again to resume',
    (options) =>
      options
        .positional('source', {
          type: 'string',
          demandOption: true,
          describe: 'store to copy from',
        })
        .positional('target', { type: 'string', describe: 'store to copy to' })
        .options({
          ...choiceOptions,
          ...mapOptions,
          jobs: { type: 'number', default: JOBS_DEFAULT, describe: 'threads copied at once' },
          'on-conflict': {
            choices: conflictPolicies,
            default: ON_CONFLICT_DEFAULT,
            describe: 'what to do with a thread that went different ways',
          },
          ...courseOptions,
        })
        .epilogue(
          examples({
            'what would be done, and nothing done': 'migrate ~/.codex postgres://host/db --dry-run',
            'with the password in a variable, not on the command line':
              'migrate ~/.codex --target-env TARGET',
            'the way back, to another machine':
              'migrate postgres://host/db ./home --map-cwd /home/a=/home/b',
          }),
        ),
    async ({ dryRun, plan: planFile, ...args }) => {
      await keepProcessLean()
      const settings = {
        ...args,
        only: threadIds('--only', args.only),
        jobs: jobsOf('--jobs', args.jobs),
        shard: shardOf('--shard', args.shard),
        noPaths: !args.paths,
        followQuietMs: args.follow ? durationMs('--quiet-for', args.quietFor) : undefined,
        maxDurationMs:
          args.maxDuration === undefined
            ? undefined
            : durationMs('--max-duration', args.maxDuration),
        pace: new Pace(
          systemClock,
          args.bandwidth === undefined ? null : byteRate('--bandwidth', args.bandwidth),
        ),
      }
      requireSense({ ...args, dryRun, planFile })
      // Before anything that takes time: Node itself would open a debugger, or end.
      using _ = pausable(settings.pace)
      const mapping = mappingOf(args)
      if (mapping !== null && planFile !== undefined) {
        throw new UsageError('give --plan, or --map-cwd and --map-provider, not both')
      }
      const plan = planFile === undefined || dryRun ? undefined : readPlan(planFile)
      const address = targetAddress(args.target, args.targetEnv)
      requireTwoPlaces(args.source, address)
      await using source = await openStore(args.source, 'read')
      await using target = await openStore(address, dryRun && !args.probe ? 'look' : 'write')
      const sides = { source, target, mapped: mapSource(mapping, source, target) }
      if (plan !== undefined) requireSides(plan, sides)
      process.exitCode = dryRun
        ? await runDryRun({ ...settings, plan }, sides, planFile)
        : await runMigration({ ...settings, plan }, sides)
    },
  )
}

interface Wishes {
  readonly probe: boolean
  readonly follow: boolean
  readonly dryRun: boolean
  readonly json: boolean
  readonly planFile: string | undefined
  readonly events: string | undefined
  readonly report: string | undefined
  readonly receipt: string | undefined
  readonly maxDuration: string | undefined
}

/** Refuses wishes that cannot be granted, or not together. */
function requireSense(wishes: Wishes): void {
  const { probe, follow, dryRun, json, planFile, events, report, receipt, maxDuration } = wishes
  if (probe && !dryRun) throw new UsageError('--probe belongs to --dry-run')
  if (follow && dryRun) throw new UsageError('give --follow or --dry-run, not both')
  if (follow && planFile !== undefined) throw new UsageError('a plan is carried out once')
  if (json && events === '-') throw new UsageError('give --json or --events -, not both')
  if (dryRun && events !== undefined) throw new UsageError('a dry run has no events')
  if (dryRun && receipt !== undefined) throw new UsageError('a dry run has no receipt')
  if (dryRun && maxDuration !== undefined) throw new UsageError('a dry run reads everything')
  if (dryRun && report?.endsWith('.html')) throw new UsageError('the report of a dry run is JSON')
  requireFiles(wishes)
}

/** Refuses files that cannot be written, or not beside one another. */
function requireFiles({ dryRun, planFile, events, report, receipt }: Wishes): void {
  const files = [planFile, events, report, receipt].filter((file) => file !== undefined)
  const twice = files.find((file, at) => files.indexOf(file) < at)
  if (twice !== undefined) throw new UsageError(`${twice} is named for two things`)
  for (const file of [report, receipt, dryRun ? planFile : undefined]) requireWritable(file)
}

/** The two stores are those that a plan was made for. */
function requireSides(plan: PlanDocument, { source, target }: OpenedSides): void {
  for (const [side, planned, given] of [
    ['source', plan.source, source.label],
    ['target', plan.target, target.label],
  ] as const) {
    if (planned !== given) throw new UsageError(`the plan has another ${side}: ${planned}`)
  }
}
