import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'

const cli = fileURLToPath(new URL('../dist/bin/threadstore.js', import.meta.url))

/** What a command left behind. */
export interface CommandResult {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>
  /** Runs as somebody else, where that is possible. */
  readonly uid?: number
  /** No file may grow longer, as on a disk that is full. */
  readonly fileBytesMax?: number
}

/** Runs the built command line to its end. */
export function runCli(args: readonly string[], options: CommandOptions = {}): CommandResult {
  const { env, uid, fileBytesMax } = options
  const limit = fileBytesMax === undefined ? '' : `ulimit -f ${Math.ceil(fileBytesMax / 512)}; `
  const shell = ['-c', `${limit}exec "$0" "$@"`, process.execPath, cli, ...args]
  const { status, stdout, stderr } = spawnSync('sh', shell, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    maxBuffer: 64 * 1024 * 1024,
    ...(uid !== undefined && { uid }),
  })
  return { status, stdout, stderr }
}

/** A command that is running. */
interface RunningCommand {
  kill(signal: NodeJS.Signals): void
  /** Resolves once it has said `text` on stderr, after whatever was waited for before. */
  said(text: string): Promise<void>
  readonly ended: Promise<CommandResult & { readonly signal: NodeJS.Signals | null }>
}

/** Starts the built command line. */
export function startCli(args: readonly string[]): RunningCommand {
  const child = spawn(process.execPath, [cli, ...args])
  let stdout = ''
  let stderr = ''
  let heard = 0
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
  return {
    kill: (signal) => void child.kill(signal),
    async said(text) {
      while (!stderr.includes(text, heard)) await once(child.stderr, 'data')
      heard = stderr.indexOf(text, heard) + text.length
    },
    ended: closed.then(([status, signal]) => ({ status, signal, stdout, stderr })),
  }
}

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, formats: {} })
ajv.addFormat('thread-id', true)
ajv.addFormat('iso-millis', true)
for (const schema of shippedSchemas()) ajv.addSchema(schema)

/** The document a command printed; throws where it is not what its schema says. */
export function parseDocument(text: string, schema: string): Record<string, unknown> {
  const document = JSON.parse(text) as Record<string, unknown>
  const validate = ajv.getSchema(`threadstore:${schema}`)
  if (validate === undefined) throw new Error(`there is no schema ${schema}`)
  if (validate(document) !== true) throw new Error(ajv.errorsText(validate.errors))
  return document
}

/** Every schema in the built package, wherever it lies. */
function shippedSchemas(): object[] {
  const dist = fileURLToPath(new URL('../dist/', import.meta.url))
  return readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.schema.json') && !path.startsWith('test'))
    .map((path) => JSON.parse(readFileSync(join(dist, path), 'utf8')) as object)
}
