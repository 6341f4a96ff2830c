import type { StoreSubject } from '../../conformance/index.js'
import type { PathReader } from '../../src/live/index.js'
import type { ThreadStore } from '../../src/store/thread-store.js'

/** A store to run the layers above it over. */
interface LiveSubject extends StoreSubject {
  /** Only where threads are files. */
  readonly pathsOf?: (store: ThreadStore) => PathReader
}

let chosen: LiveSubject | null = null

/** The store that the managers of this test file work over. */
export function chooseSubject(subject: LiveSubject): void {
  chosen = subject
}

/** Runs every fact about the runtime over one store; a test file has one. */
export async function runOver(subject: LiveSubject): Promise<void> {
  chooseSubject(subject)
  await Promise.all([
    import('./turns.js'),
    import('./endings.js'),
    import('./threads.js'),
    import('./forks.js'),
    import('./derived-records.js'),
    import('./full-contexts.js'),
  ])
}

/** The store of this test file. */
export function theSubject(): LiveSubject {
  if (chosen === null) throw new TypeError('no store was chosen')
  return chosen
}
