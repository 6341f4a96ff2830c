import type { Argv } from 'yargs'
import { examples } from '../examples.js'
import {
  conflictPolicies,
  isIntact,
  JOBS_DEFAULT,
  ON_CONFLICT_DEFAULT,
  type PlanDocument,
} from '../../migrate/index.js'
import { keepProcessLean } from '../lean-process.js'
import { mapOptions, mappingOf, mapSource } from '../map-options.js'
import { openStore } from '../open-store.js'
import { readDocument } from '../read-document.js'
import { runDryRun } from '../run-dry-run.js'
import { type OpenedSides, runMigration } from '../run-migration.js'
import { positiveInteger, targetAddress, threadIds } from '../store-options.js'
import { UsageError } from '../usage-error.js'

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
          'target-env': { type: 'string', describe: 'environment variable that holds the target' },
          'dry-run': {
            type: 'boolean',
            default: false,
            describe: 'read everything, say what would be done, write nothing',
          },
          plan: {
            type: 'string',
            describe: 'with --dry-run: write the plan; else: carry this plan out, and no other',
          },
          only: { type: 'string', array: true, describe: 'ids of the threads to copy' },
          ...mapOptions,
          jobs: { type: 'number', default: JOBS_DEFAULT, describe: 'threads copied at once' },
          'on-conflict': {
            choices: conflictPolicies,
            default: ON_CONFLICT_DEFAULT,
            describe: 'what to do with a thread that went different ways',
          },
          json: { type: 'boolean', default: false, describe: 'print the report instead of text' },
          report: { type: 'string', describe: 'write the report to a file' },
          receipt: { type: 'string', describe: 'write what the target holds to a file' },
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
        jobs: positiveInteger('--jobs', args.jobs),
      }
      const mapping = mappingOf(args)
      if (mapping !== null && planFile !== undefined) {
        throw new UsageError('give --plan, or --map-cwd and --map-provider, not both')
      }
      const plan = planFile === undefined || dryRun ? undefined : readPlan(planFile)
      await using source = await openStore(args.source, 'read')
      const address = targetAddress(args.target, args.targetEnv)
      await using target = await openStore(address, dryRun ? 'look' : 'write')
      const sides = { source, target, mapped: mapSource(mapping, source, target) }
      requireSides(plan, sides)
      process.exitCode = dryRun
        ? await runDryRun({ ...settings, plan }, sides, planFile)
        : await runMigration({ ...settings, plan }, sides)
    },
  )
}

function readPlan(file: string): PlanDocument {
  const plan = readDocument<PlanDocument>(file, 'migration-plan')
  if (!isIntact(plan)) throw new UsageError(`${file} was changed: its digest is another one`)
  return plan
}

/** A plan is for the two stores it was made for. */
function requireSides(plan: PlanDocument | undefined, { source, target }: OpenedSides): void {
  if (plan === undefined) return
  for (const [side, planned, given] of [
    ['source', plan.source, source.label],
    ['target', plan.target, target.label],
  ] as const) {
    if (planned !== given) throw new UsageError(`the plan has another ${side}: ${planned}`)
  }
}
