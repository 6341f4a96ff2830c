import { printLog } from './output.js'

/** Runs something that the user can stop. */
interface Interruption extends Disposable {
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal
}

/**
 * From here on the first SIGINT or SIGTERM asks for an orderly end. The second one ends the process
 * at once, as if nobody listened.
 */
export function interruptible(): Interruption {
  const controller = new AbortController()
  const signals = ['SIGINT', 'SIGTERM'] as const

  function stopListening(): void {
    for (const name of signals) process.off(name, onSignal)
  }

  function onSignal(name: NodeJS.Signals): void {
    if (!controller.signal.aborted) {
      printLog('stopping; what runs is finished or rolled back (again to stop at once)')
      controller.abort()
      return
    }
    stopListening()
    process.kill(process.pid, name)
  }

  for (const name of signals) process.on(name, onSignal)
  return { signal: controller.signal, [Symbol.dispose]: stopListening }
}

/** Something that can be halted and gone on with from outside. */
interface Pausable {
  pause(): void
  resume(): void
}

/** From here on SIGUSR1 pauses and SIGUSR2 goes on. Windows has neither. */
export function pausable(work: Pausable): Disposable {
  if (process.platform === 'win32') return { [Symbol.dispose]: () => {} }
  const pause = (): void => {
    printLog('paused; SIGUSR2 goes on')
    work.pause()
  }
  const resume = (): void => {
    printLog('going on')
    work.resume()
  }
  process.on('SIGUSR1', pause)
  process.on('SIGUSR2', resume)
  return {
    [Symbol.dispose]: () => {
      process.off('SIGUSR1', pause)
      process.off('SIGUSR2', resume)
    },
  }
}
