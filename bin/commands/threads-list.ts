import type { Argv } from 'yargs'
import { examples } from '../usage/examples.js'
import type { ListThreadsParams, ThreadPage } from '../../src/index.js'
import { fitTable } from '../terminal/fit-table.js'
import { threadName } from '../terminal/thread-name.js'
import { type OpenedStore, openStore } from '../stores/open-store.js'
import { printResult, tableWidth } from '../terminal/output.js'
import { wholeNumber } from '../usage/option-values.js'

/** `threadstore threads list`: one page of threads. */
export function threadsListCommand(yargs: Argv): Argv {
  return yargs.command(
    'list <store>',
    'list threads, those last used first',
    (options) =>
      options
        .positional('store', { type: 'string', demandOption: true })
        .options({
          archived: { type: 'boolean', default: false, describe: 'the archived ones instead' },
          search: { type: 'string', describe: 'only threads whose name or beginning holds a text' },
          sort: {
            choices: ['created', 'updated'],
            default: 'updated',
            describe: 'what to sort by',
          },
          ascending: { type: 'boolean', default: false, describe: 'oldest first' },
          limit: { type: 'number', default: 50, describe: 'threads on the page, at most 1000' },
          cursor: { type: 'string', describe: 'where an earlier page ended' },
          json: {
            type: 'boolean',
            default: false,
            describe: 'print a document instead of a table',
          },
        })
        .epilogue(
          examples({
            'threads whose name or beginning holds a word':
              'threads list ~/.codex --search invoice',
          }),
        ),
    async (args) => {
      const pageSize = Math.min(1000, wholeNumber('--limit', args.limit))
      await using opened = await openStore(args.store, 'read')
      const params: ListThreadsParams = {
        pageSize,
        archived: args.archived,
        sortKey: args.sort === 'created' ? 'createdAt' : 'updatedAt',
        sortDirection: args.ascending ? 'asc' : 'desc',
        ...(args.search !== undefined && { searchTerm: args.search }),
        ...(args.cursor !== undefined && { cursor: args.cursor }),
      }
      const page = await opened.store.listThreads(params)
      if (args.json) printDocument(opened, page)
      else printTable(page, args.sort === 'created' ? 'createdAt' : 'updatedAt')
    },
  )
}

function printDocument({ label }: OpenedStore, { items, nextCursor }: ThreadPage): void {
  const document = { schema: 'threadstore/thread-list/1', store: label, threads: items, nextCursor }
  printResult(JSON.stringify(document, null, 2))
}

/** A date without its time. */
const DATE_CHARS = 10

function printTable(page: ThreadPage, time: 'createdAt' | 'updatedAt'): void {
  const columns = [
    { head: 'thread' },
    {
      head: time === 'createdAt' ? 'created' : 'updated',
      charsMin: DATE_CHARS,
      brief: true as const,
    },
    { head: 'directory', charsMin: 8 },
    { head: 'name', charsMin: 8 },
  ]
  const rows = page.items.map((thread) => [
    thread.threadId,
    thread[time].slice(0, 19),
    thread.cwd,
    threadName(thread, 60),
  ])
  printResult(fitTable(columns, rows, tableWidth()))
  if (page.nextCursor !== null) printResult(`more: --cursor ${page.nextCursor}`)
}
