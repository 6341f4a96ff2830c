import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import type { Clock } from '../../host/clock.js'

/** How a process is started. */
interface ProcessOptions {
  readonly command: string
  readonly args: readonly string[]
  readonly shell: boolean
  readonly cwd: string | undefined
  readonly env: NodeJS.ProcessEnv | undefined
  readonly clock: Clock
  /** Gets what the process writes to stderr, as it comes. */
  readonly onStderr: ((text: string) => void) | undefined
}

/** A process that is talked to over its stdin and stdout. */
interface TalkingProcess {
  readonly input: Readable
  readonly output: Writable
  /** Resolves once the process is gone and everything it wrote was read; says how it ended. */
  readonly ended: Promise<string>
  /** Ends it and what it started at once, without giving it a chance to do anything. */
  kill(): Promise<void>
  /** Closes its stdin, which asks it to end, and kills it when it does not within `graceMs`. */
  close(graceMs: number): Promise<void>
}

/** How long pipes may stay open after the process that wrote to them is gone. */
const PIPES_GRACE_MS = 1_000

const STDERR_SHOWN = 500

export function startProcess(options: ProcessOptions): TalkingProcess {
  const { command, args, shell, cwd, env, clock } = options
  const child = spawn(command, args, {
    cwd,
    env,
    shell,
    stdio: ['pipe', 'pipe', 'pipe'],
    // A group of its own, so that a shell or `npx` in between dies together with the adapter.
    detached: process.platform !== 'win32',
  })
  const ended = endOf(child, options)
  const kill = async (): Promise<void> => {
    killGroup(child)
    await ended
  }
  return {
    input: child.stdout,
    output: child.stdin,
    ended,
    kill,
    close: async (graceMs) => {
      child.stdin.end()
      const waiting = new AbortController()
      const late = clock.sleep(graceMs, waiting.signal).then(kill, () => {})
      await Promise.race([ended, late])
      waiting.abort()
    },
  }
}

function endOf(
  child: ChildProcessWithoutNullStreams,
  { clock, onStderr }: ProcessOptions,
): Promise<string> {
  let tail = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-STDERR_SHOWN)
    onStderr?.(text)
  })
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(`could not be started (${error.message})`))
    const closed = new AbortController()
    child.on('exit', () => void closePipes(child, clock, closed.signal))
    child.on('close', (code, signal) => {
      closed.abort()
      const how = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`
      resolve(tail.trim() === '' ? how : `${how} (stderr: ${tail.trim()})`)
    })
  })
}

/** A process that outlives the adapter may hold its pipes open; nobody waits for that. */
async function closePipes(
  child: ChildProcessWithoutNullStreams,
  clock: Clock,
  closed: AbortSignal,
): Promise<void> {
  await clock.sleep(PIPES_GRACE_MS, closed).catch(() => {})
  child.stdout.destroy()
  child.stderr.destroy()
}

function killGroup(child: ChildProcessWithoutNullStreams): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  if (process.platform === 'win32') child.kill('SIGKILL')
  else process.kill(-child.pid, 'SIGKILL')
}
