import { printLog } from './output.js'

/** Runs something that the user can stop. */
export interface Interruption extends Disposable {
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
