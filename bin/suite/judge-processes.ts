import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Control, Judge, JudgeOptions, MutantResult } from '../../conformance/index.js'
import { systemClock } from '../../src/host/clock.js'
import { UnreachableError } from '../usage/failures.js'

/** What a process is told that tries mutants. */
export type ToJudge =
  | { readonly kind: 'begin'; readonly options: JudgeOptions; readonly control: Control }
  | { readonly kind: 'try'; readonly mutantId: string }
  | { readonly kind: 'stop' }

/** What it answers to `try`. */
export type FromJudge =
  | { readonly kind: 'result'; readonly result: MutantResult }
  | { readonly kind: 'problem'; readonly problem: string }

/** Processes that try mutants of one subject beside each other. */
interface JudgeProcesses extends AsyncDisposable {
  readonly judges: readonly Judge[]
}

/** How long a process may take to clean up once it is no longer needed. */
const END_MS = 10_000

/** Starts processes that open the subject each for itself; `options` have to be plain data. */
export function startJudges(
  subjectText: string,
  count: number,
  options: JudgeOptions,
  signal: AbortSignal,
): JudgeProcesses {
  const script = fileURLToPath(new URL('./judge-process.js', import.meta.url))
  const env = { ...process.env, THREADSTORE_SUBJECT: subjectText }
  const started = Array.from({ length: count }, () => {
    // What a subject prints is no result of ours.
    const child = fork(script, { env, serialization: 'advanced', stdio: ['ignore', 2, 2, 'ipc'] })
    return { child, ended: endOf(child) }
  })
  const stop = (): void => {
    for (const { child } of started) tell(child, { kind: 'stop' })
  }
  signal.addEventListener('abort', stop)
  return {
    judges: started.map(({ child, ended }) => judgeIn(child, ended, options)),
    [Symbol.asyncDispose]: async () => {
      signal.removeEventListener('abort', stop)
      await Promise.all(started.map(({ child, ended }) => release(child, ended)))
    },
  }
}

function judgeIn(child: ChildProcess, ended: Promise<string>, options: JudgeOptions): Judge {
  let isReady = false
  return async (mutant, control) => {
    if (!isReady) tell(child, { kind: 'begin', options, control })
    isReady = true
    const answered = once(child, 'message') as Promise<[FromJudge]>
    tell(child, { kind: 'try', mutantId: mutant.id })
    const how = await Promise.race([answered, ended])
    if (typeof how === 'string') throw lost(mutant.id, `ended (${how}) before it answered`)
    const [answer] = how
    if (answer.kind === 'problem') throw lost(mutant.id, `failed: ${answer.problem}`)
    return answer.result
  }
}

function lost(mutantId: string, what: string): UnreachableError {
  return new UnreachableError(
    `the process that tried ${mutantId} ${what}; nothing is claimed. With --jobs 1 all is done in one process, which shows what it does`,
  )
}

function tell(child: ChildProcess, message: ToJudge): void {
  if (child.connected) child.send(message)
}

/** Resolves when it is gone, to how that came. */
async function endOf(child: ChildProcess): Promise<string> {
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
  return signal ?? `exit code ${code}`
}

/** Lets it clean up and end; ends it when that takes too long. */
async function release(child: ChildProcess, ended: Promise<string>): Promise<void> {
  if (child.connected) child.disconnect()
  const waiting = new AbortController()
  const late = systemClock.sleep(END_MS, waiting.signal).then(
    () => child.kill('SIGKILL'),
    () => false,
  )
  await ended
  waiting.abort()
  await late
}
