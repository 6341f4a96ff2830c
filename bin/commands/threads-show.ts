import type { Argv } from 'yargs'
import { examples } from '../usage/examples.js'
import type { StoredThread } from '../../src/index.js'
import { formatBytes } from '../terminal/format.js'
import { openStore } from '../stores/open-store.js'
import { printResult } from '../terminal/output.js'
import { threadId } from '../usage/option-values.js'

/** `threadstore threads show`: everything a store knows of a thread but its history. */
export function threadsShowCommand(yargs: Argv): Argv {
  return yargs.command(
    'show <store> <thread>',
    'show the record of a thread and where its history lies',
    (options) =>
      options
        .positional('store', { type: 'string', demandOption: true })
        .positional('thread', { type: 'string', demandOption: true, describe: 'id of the thread' })
        .options({
          json: { type: 'boolean', default: false, describe: 'print a document instead of text' },
        })
        .epilogue(examples({ 'the whole record': 'threads show ~/.codex ID --json' })),
    async (args) => {
      const id = threadId('<thread>', args.thread)
      await using opened = await openStore(args.store, 'read')
      const thread = await opened.store.readThread({
        threadId: id,
        includeArchived: true,
        includeRollouts: opened.store.supports.rawHistory,
      })
      if (args.json) {
        const document = { schema: 'threadstore/thread/1', store: opened.label, thread }
        printResult(JSON.stringify(document, null, 2))
      } else {
        for (const line of describe(thread)) printResult(line)
      }
    },
  )
}

function describe(thread: StoredThread): string[] {
  const { threadId: id, rollouts, ...record } = thread
  const known = Object.entries(record).filter(([, value]) => value !== null && value !== '')
  const [texts, documents] = [
    known.filter(([, value]) => typeof value === 'string'),
    known.filter(([, value]) => typeof value !== 'string'),
  ]
  const fields = [['threadId', id] as const, ...texts, ...documents]
  return [
    ...fields.map(([field, value]) => `${field.padEnd(17)} ${shown(value)}`),
    ...(rollouts ?? []).map((rollout) => {
      const size = formatBytes(rollout.byteCount)
      const base = rollout.base === null ? '' : `, begins in ${rollout.base.rolloutId}`
      const file = rollout.file === null ? '' : `, ${rollout.file.name}`
      return `${'rollout'.padEnd(17)} ${rollout.rolloutId} ${size}${base}${file}`
    }),
  ]
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
