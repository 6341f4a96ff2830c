import type { Argv } from 'yargs'
import { examples } from '../usage/examples.js'
import { type ThreadStore, ThreadStoreError } from '../../src/index.js'
import { ExitCode } from '../usage/exit-codes.js'
import { openStore } from '../stores/open-store.js'
import { printError, printResult } from '../terminal/output.js'
import { parseStoreAddress } from '../stores/store-address.js'
import { UsageError } from '../usage/usage-error.js'

/** `threadstore turns`: stores the turns of every thread, for people who ask with SQL. */
export function turnsCommand(yargs: Argv): Argv {
  return yargs.command(
    'turns <store>',
    'store the turns of every thread of a database, so that SQL can ask for them',
    (options) =>
      options
        .positional('store', {
          type: 'string',
          demandOption: true,
          describe: 'a PostgreSQL or PGlite store',
        })
        .option('json', {
          type: 'boolean',
          default: false,
          describe: 'print a document instead of text',
        })
        .epilogue(examples({ 'after an upgrade, for reports': 'turns postgres://host/db' })),
    async (args) => {
      const { kind } = parseStoreAddress(args.store)
      if (kind !== 'postgres' && kind !== 'pglite') {
        throw new UsageError('turns are stored in a database: give postgres://… or pglite:DIR')
      }
      await using opened = await openStore(args.store, 'change')
      const { threads, failed } = await storeTurns(opened.store)
      const document = {
        schema: 'threadstore/turns-report/1',
        store: opened.label,
        threads,
        failed,
      }
      printResult(
        args.json
          ? JSON.stringify(document, null, 2)
          : `the turns of ${threads} threads are in threadstore.turn_list`,
      )
      if (failed > 0) {
        printError(`${failed} threads have a history that cannot be read`)
        process.exitCode = ExitCode.different
      }
    },
  )
}

async function storeTurns(
  store: ThreadStore,
): Promise<{ readonly threads: number; readonly failed: number }> {
  let threads = 0
  let failed = 0
  for (const archived of [false, true]) {
    let cursor: string | null = null
    do {
      const page = await store.listThreads({ pageSize: 100, archived, cursor })
      for (const { threadId } of page.items) {
        if (await storeTurnsOf(store, threadId)) threads += 1
        else failed += 1
      }
      cursor = page.nextCursor
    } while (cursor !== null)
  }
  return { threads, failed }
}

/** Listing turns stores them. */
async function storeTurnsOf(store: ThreadStore, threadId: string): Promise<boolean> {
  const list = { threadId, includeArchived: true, pageSize: 1, itemsView: 'notLoaded' } as const
  try {
    await store.listTurns(list)
    return true
  } catch (reason) {
    const isOutage = !ThreadStoreError.is(reason) || reason.code === 'RETRYABLE'
    if (isOutage) throw reason
    printError(`${threadId}: ${reason.message}`)
    return false
  }
}
