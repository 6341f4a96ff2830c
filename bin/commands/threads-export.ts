import { createWriteStream, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Argv } from 'yargs'
import { examples } from '../usage/examples.js'
import { counted, formatBytes } from '../terminal/format.js'
import { openStore } from '../stores/open-store.js'
import { printLog, resultStream } from '../terminal/output.js'
import { threadId } from '../usage/option-values.js'
import { UsageError } from '../usage/usage-error.js'
import type { ExportedRollout, ThreadExport } from '../../src/index.js'

/** `threadstore threads export`: the exact bytes of a thread's rollouts. */
export function threadsExportCommand(yargs: Argv): Argv {
  return yargs.command(
    'export <store> <thread>',
    'write the JSONL of a thread, byte for byte',
    (options) =>
      options
        .positional('store', { type: 'string', demandOption: true })
        .positional('thread', { type: 'string', demandOption: true, describe: 'id of the thread' })
        .options({
          output: { type: 'string', describe: 'folder to write files to, one for each rollout' },
        })
        .epilogue(
          examples({
            'one rollout to stdout': 'threads export ~/.codex ID > thread.jsonl',
            'all rollouts, one file each': 'threads export ~/.codex ID --output folder',
          }),
        ),
    async (args) => {
      const id = threadId('<thread>', args.thread)
      await using opened = await openStore(args.store, 'read')
      const exported = await opened.store.exportThread({ threadId: id })
      if (args.output === undefined) await toStandardOutput(exported)
      else await toFolder(exported, args.output)
    },
  )
}

async function toStandardOutput({ rollouts }: ThreadExport): Promise<void> {
  const [only, ...more] = rollouts
  if (only === undefined || more.length > 0) {
    const count = counted(rollouts.length, 'rollout')
    throw new UsageError(`the thread has ${count}, which needs --output DIR`)
  }
  await pipeline(Readable.from(only.read()), resultStream(), { end: false })
}

async function toFolder({ rollouts }: ThreadExport, folder: string): Promise<void> {
  for (const rollout of rollouts) {
    const path = join(folder, fileName(rollout))
    mkdirSync(dirname(path), { recursive: true })
    await pipeline(Readable.from(rollout.read()), createWriteStream(path, { flags: 'wx' }))
    printLog(`${path} (${formatBytes(rollout.byteCount)})`)
  }
}

/** By the id alone, because the name a rollout had elsewhere may lead out of the folder. */
function fileName({ rolloutId }: ExportedRollout): string {
  return `rollout-${rolloutId}.jsonl`
}
