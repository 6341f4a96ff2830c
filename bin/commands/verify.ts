import type { Argv } from 'yargs'
import { examples } from '../usage/examples.js'
import { JOBS_DEFAULT } from '../../migrate/index.js'
import { keepProcessLean } from '../migration/lean-process.js'
import { mapOptions, mappingOf } from '../migration/map-options.js'
import { openStore } from '../stores/open-store.js'
import { jobsOf, shardOf, targetAddress, threadIds } from '../usage/option-values.js'
import { UsageError } from '../usage/usage-error.js'
import { readReceipt, verifyAgainstReceipt } from '../migration/verify-against-receipt.js'
import type { VerifySettings } from '../migration/verify-settings.js'
import { verifyStores } from '../migration/verify-stores.js'

/** `threadstore verify`: compares two stores, or a store with the receipt of a migration. */
export function verifyCommand(yargs: Argv): Argv {
  return yargs.command(
    'verify [source] [target]',
    'compare two stores byte for byte, or one with a receipt',
    (options) =>
      options
        .positional('source', { type: 'string', describe: 'store copied from' })
        .positional('target', { type: 'string', describe: 'store copied to' })
        .options({
          'target-env': { type: 'string', describe: 'environment variable that holds the target' },
          receipt: { type: 'string', describe: 'receipt to compare with, in place of a source' },
          'read-back': {
            type: 'boolean',
            default: false,
            describe: 'hash what is read from the target, not what it says it stores',
          },
          only: { type: 'string', array: true, describe: 'ids of the threads to compare' },
          ...mapOptions,
          subset: { type: 'string', describe: 'compare one part of the threads, such as 1/10' },
          jobs: { type: 'number', default: JOBS_DEFAULT, describe: 'threads compared at once' },
          json: { type: 'boolean', default: false, describe: 'print the report instead of text' },
          report: { type: 'string', describe: 'write the report to a file' },
        })
        .epilogue(
          examples({
            'hash every byte that comes back': 'verify ~/.codex postgres://host/db --read-back',
            'without the source': 'verify --receipt receipt.json postgres://host/db',
          }),
        ),
    async (args) => {
      await keepProcessLean()
      const settings: VerifySettings = {
        readBack: args.readBack,
        jobs: jobsOf('--jobs', args.jobs),
        json: args.json,
        report: args.report,
        only: threadIds('--only', args.only),
        shard: shardOf('--subset', args.subset),
        mapping: mappingOf(args),
      }
      process.exitCode =
        args.receipt === undefined
          ? await againstStore(args, settings)
          : await againstReceipt(args, args.receipt, settings)
    },
  )
}

/** The stores of the command line. */
interface Stores {
  readonly source?: string | undefined
  readonly target?: string | undefined
  readonly targetEnv?: string | undefined
}

async function againstStore(stores: Stores, settings: VerifySettings): Promise<number> {
  if (stores.source === undefined) throw new UsageError('the source is missing')
  const address = targetAddress(stores.target, stores.targetEnv)
  await using source = await openStore(stores.source, 'read')
  await using target = await openStore(address, 'read')
  return await verifyStores(settings, source, target)
}

async function againstReceipt(
  stores: Stores,
  file: string,
  settings: VerifySettings,
): Promise<number> {
  if (stores.target !== undefined) throw new UsageError('with --receipt there is only the target')
  if (settings.mapping !== null) {
    throw new UsageError('--map-cwd and --map-provider need a source; a receipt names what it maps')
  }
  if (settings.only !== undefined) throw new UsageError('--only needs a source, not --receipt')
  const receipt = readReceipt(file)
  await using target = await openStore(targetAddress(stores.source, stores.targetEnv), 'read')
  return await verifyAgainstReceipt(settings, receipt, target)
}
