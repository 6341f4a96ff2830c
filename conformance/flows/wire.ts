import { spawn } from 'node:child_process'
import { createLineSplitter } from '../../src/history/split-lines.js'

/** A connection to an app-server that carries lines both ways. */
export interface Wire {
  /** Sends one line as it is. */
  write(line: string): void
  /** Calls back for every line of the server, and once when it says nothing more. */
  listen(listener: WireListener): void
  /** Ends the conversation; resolves when the server has ended it too. */
  close(): Promise<number | null>
  /** Ends it at once, as `kill -9` does. */
  kill(): void
}

export interface WireListener {
  onLine(line: string): void
  onEnd(why: string): void
}

/** How an app-server is started. */
interface AppServerCommand {
  readonly command: string
  readonly args: readonly string[]
  /** The whole environment of the process. */
  readonly env: Readonly<Record<string, string>>
  readonly cwd?: string
}

const CLOSE_TIMEOUT_MS = 5_000

/** Starts an app-server on stdio. What it writes to stderr is told with its end. */
export function processWire(start: AppServerCommand): Wire {
  const child = spawn(start.command, [...start.args], {
    env: { ...start.env },
    ...(start.cwd === undefined ? {} : { cwd: start.cwd }),
    stdio: 'pipe',
  })
  const stderr: string[] = []
  // A write to a server that has just died fails here; what matters is told by `onEnd`.
  child.stdin.on('error', () => undefined)
  child.stderr.setEncoding('utf8').on('data', (text: string) => stderr.push(text))
  const lastWords = (): string => stderr.join('').slice(-2_000)
  const exited = new Promise<number | null>((resolve) => {
    child.once('close', resolve)
    child.once('error', () => resolve(null))
  })
  return {
    write: (line) => child.stdin.write(`${line}\n`),
    listen: (listener) => {
      // Not readline, which takes U+2028 for the end of a line: messages hold what users type.
      const lines = createLineSplitter((line) =>
        listener.onLine(line.bytes?.toString('utf8') ?? ''),
      )
      child.stdout.on('data', (chunk: Buffer) => lines.push(chunk))
      child.once('error', (error) => listener.onEnd(error.message))
      child.once('close', (code, signal) => {
        listener.onEnd(
          `it ended with ${signal ?? `exit code ${code}`}\nits last words: ${lastWords()}`,
        )
      })
    },
    close: async () => {
      child.stdin.end()
      const timer = AbortSignal.timeout(CLOSE_TIMEOUT_MS)
      timer.addEventListener('abort', () => child.kill('SIGKILL'))
      return exited
    },
    kill: () => child.kill('SIGKILL'),
  }
}
