import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { type Logger, pino } from 'pino'
import type { Argv } from 'yargs'
import { examples } from '../usage/examples.js'
import type { Grant, TokenFile } from '../../src/stores/http/http-thread-server.js'
import { ExitCode } from '../usage/exit-codes.js'
import { UnreachableError } from '../usage/failures.js'
import { interruptible } from '../terminal/interruptible.js'
import { printResult } from '../terminal/output.js'
import { packageVersion } from '../package-version.js'
import { type StoreBehind, storeBehind } from '../stores/store-behind.js'
import { UsageError } from '../usage/usage-error.js'

interface ServeArgs {
  readonly store: string
  readonly host: string
  readonly port: number
  readonly tokens: string | undefined
  readonly tlsCert: string | undefined
  readonly tlsKey: string | undefined
  readonly log: string
}

const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const

/** `threadstore serve`: a store behind HTTP. */
export function serveCommand(yargs: Argv): Argv {
  return yargs.command(
    'serve <store>',
    'serve a store over HTTP, until SIGINT or SIGTERM',
    (options) =>
      options
        .positional('store', { type: 'string', demandOption: true })
        .options({
          host: { type: 'string', default: '127.0.0.1', describe: 'address to listen on' },
          port: {
            type: 'number',
            default: 7433,
            describe: 'port to listen on; 0: one that is free',
          },
          tokens: { type: 'string', describe: 'file of the tokens that are accepted' },
          'tls-cert': { type: 'string', describe: 'file of the certificate, in PEM' },
          'tls-key': { type: 'string', describe: 'file of its key, in PEM' },
          log: { choices: logLevels, default: 'info', describe: 'what goes to stderr, as JSON' },
        })
        .epilogue(examples({ 'on loopback, for this machine': 'serve postgres://host/db' })),
    async (args) => {
      await using behind = await storeBehind(args.store)
      process.exitCode = await serve(args, behind)
    },
  )
}

async function serve(args: ServeArgs, behind: StoreBehind): Promise<ExitCode> {
  const { createHttpThreadServer, isLoopback } =
    await import('../../src/stores/http/http-thread-server.js')
  const { host, port } = args
  if (args.tokens === undefined && !isLoopback(host)) {
    throw new UsageError(`${host} can be reached from other machines; name a file with --tokens`)
  }
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UsageError('--port is a whole number from 0 to 65535')
  }
  const tls = tlsOf(args)
  const logger = pino({ level: args.log }, pino.destination({ fd: 2, sync: true }))
  using interruption = interruptible()
  const tokens = args.tokens === undefined ? null : await openTokens(args.tokens, behind, logger)
  await using server = await createHttpThreadServer({
    open: (namespace) => behind.open(namespace),
    logger,
    processMetrics: true,
    version: packageVersion(),
    ...(tokens !== null && { tokens }),
    ...(tls !== null && { tls }),
  })
  using _reloading = tokens === null ? null : reloadOnHangup(tokens)
  const url = await server.listen({ host, port }).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new UnreachableError(`cannot listen on ${host}:${port}: ${reason}`, { cause })
  })
  if (tls === null && !isLoopback(host)) {
    logger.warn({ host }, 'without TLS, tokens and threads travel readable for everybody between')
  }
  printResult(`${behind.label} is served at ${url}`)
  await aborted(interruption.signal)
  await server.close()
  return ExitCode.done
}

function tlsOf({ tlsCert, tlsKey }: ServeArgs): { cert: string; key: string } | null {
  if (tlsCert === undefined && tlsKey === undefined) return null
  if (tlsCert === undefined || tlsKey === undefined) {
    throw new UsageError('--tls-cert and --tls-key are given together')
  }
  const tls = { cert: readText(tlsCert), key: readText(tlsKey) }
  try {
    createSecureContext(tls)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new UsageError(
      `${tlsCert} and ${tlsKey} are no certificate and the key of it, in PEM: ${why}`,
    )
  }
  return tls
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

async function openTokens(
  path: string,
  { hasNamespaces, label }: StoreBehind,
  logger: Logger,
): Promise<TokenFile> {
  const { TokenFile: File } = await import('../../src/stores/http/http-thread-server.js')
  const accept = (grants: readonly Grant[]): void => {
    const other = grants.find(({ namespace }) => namespace !== 'default')
    if (hasNamespaces || other === undefined) return
    throw new UsageError(
      `${label} has no namespaces, but token ${other.tokenId} is for ${other.namespace}`,
    )
  }
  try {
    return await File.open({ path, accept, logger })
  } catch (error) {
    if (error instanceof UsageError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new UsageError(`--tokens ${path}: ${reason}`)
  }
}

/** Reads the tokens again on SIGHUP; without it a change is noticed with the next request. */
function reloadOnHangup(tokens: TokenFile): Disposable {
  const reload = (): void => {
    void tokens.reload()
  }
  process.on('SIGHUP', reload)
  return { [Symbol.dispose]: () => process.off('SIGHUP', reload) }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise((resolve) => {
    signal.addEventListener('abort', resolve, { once: true })
  })
}
