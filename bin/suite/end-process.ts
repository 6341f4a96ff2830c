import { printError } from '../terminal/output.js'

/** A process that ends by itself does so at once, or after a last answer of a server. */
const LINGER_MS = 2_000

/**
 * Ends a process that code of somebody else keeps alive, with the exit code it was given: a store
 * under test may leave a server or a timer behind. A process that ends by itself does not wait.
 */
export function endUnlessOver(who: string): void {
  const end = (): void => {
    const left = [...new Set(process.getActiveResourcesInfo())].join(', ')
    printError(`${who} keeps the process alive after its last handle was closed (${left}); ended`)
    process.exit()
  }
  setTimeout(end, LINGER_MS).unref()
}
