import { resolve } from 'node:path'
import { pino } from 'pino'
import type { Argv } from 'yargs'
import { examples } from '../usage/examples.js'
import { AppServer, serveStdio } from '../../src/app-server/index.js'
import type { ThreadStore } from '../../src/index.js'
import { readGitInfo, responsesModelClient } from '../../src/manager/index.js'
import type { LocalThreadStore } from '../../src/stores/local/open-local-store.js'
import { ExitCode } from '../usage/exit-codes.js'
import { interruptible } from '../terminal/interruptible.js'
import { openStore } from '../stores/open-store.js'
import { printLog, resultStream } from '../terminal/output.js'
import { packageVersion } from '../package-version.js'
import { parseStoreAddress } from '../stores/store-address.js'
import { wholeNumber } from '../usage/option-values.js'
import { UsageError } from '../usage/usage-error.js'

const appServerOptions = (options: Argv) =>
  options
    .positional('store', { type: 'string', demandOption: true })
    .options({
      model: { type: 'string', demandOption: true, describe: 'name of the model' },
      'model-provider': {
        type: 'string',
        default: 'openai',
        describe: 'name under which threads remember who answered',
      },
      'model-url': {
        type: 'string',
        describe: 'base URL of a Responses API; without it, the one of OpenAI',
      },
      'model-key-env': {
        type: 'string',
        default: 'OPENAI_API_KEY',
        describe: 'environment variable with the key for it',
      },
      'context-window': {
        type: 'number',
        describe: 'tokens the model takes; threads are compacted before they hold more',
      },
      cwd: { type: 'string', describe: 'directory of threads that name none' },
      'unload-delay': {
        type: 'number',
        default: 1800,
        describe: 'seconds a thread stays loaded that nobody follows',
      },
    })
    .epilogue(
      examples({
        'serve a Codex home': 'app-server ~/.codex --model gpt-5',
        'serve threads that are in a database, without a file':
          'app-server postgres://host/db --model gpt-5',
      }),
    )

/** `threadstore app-server`: serves a store to one client in the JSON-RPC of Codex. */
export function appServerCommand(yargs: Argv): Argv {
  return yargs.command(
    'app-server <store>',
    'speak JSON-RPC as Codex does, on stdin and stdout, from any store',
    appServerOptions,
    async (args) => {
      if (!(args['unload-delay'] >= 0)) {
        throw new UsageError('--unload-delay must be a number of seconds')
      }
      const { store: address, 'model-url': modelUrl } = args
      if (args.model.trim() === '') throw new UsageError('--model must not be empty')
      if (modelUrl !== undefined && !/^https?:$/.test(URL.parse(modelUrl)?.protocol ?? '')) {
        throw new UsageError('--model-url must be an http or https URL')
      }
      const window = args['context-window']
      const contextWindow = window === undefined ? null : wholeNumber('--context-window', window)
      const home = homeOf(address)
      // As Codex, which wants its home to exist; a database is made where it is missing.
      await using opened = await openStore(address, home === null ? 'write' : 'change')
      const key = process.env[args['model-key-env']]
      const cwd = resolve(args.cwd ?? '.')
      const server = new AppServer({
        store: opened.store,
        paths: isLocal(opened.store) ? opened.store : null,
        model: responsesModelClient({
          ...(modelUrl === undefined ? {} : { baseUrl: modelUrl }),
          ...(key === undefined || key === '' ? {} : { apiKey: key }),
        }),
        config: { model: args.model, modelProvider: args['model-provider'], contextWindow },
        gitInfo: readGitInfo,
        cwd,
        codexHome: home ?? cwd,
        version: packageVersion(),
        unloadDelayMs: args['unload-delay'] * 1000,
        logger: pino({ level: 'warn' }, pino.destination({ fd: 2, sync: true })),
      })
      await serve(server)
    },
  )
}

async function serve(server: AppServer): Promise<void> {
  using interruption = interruptible()
  interruption.signal.addEventListener('abort', () => process.stdin.destroy())
  try {
    await serveStdio(server, process.stdin, resultStream())
  } catch (error) {
    if (!interruption.signal.aborted) throw error
  }
  const left = await server.close()
  if (left === 0) return
  printLog(`${left} threads could not be shut down`)
  process.exitCode = ExitCode.incomplete
}

function isLocal(store: ThreadStore): store is LocalThreadStore {
  return store.supports.paths && 'readThreadByRolloutPath' in store
}

function homeOf(address: string): string | null {
  const parsed = parseStoreAddress(address)
  return parsed.kind === 'local' ? resolve(parsed.dir) : null
}
