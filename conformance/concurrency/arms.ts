import type { ThreadStore } from '../../src/store/thread-store.js'
import type { CaseContext, ConformanceCase } from '../case.js'
import { writers } from '../claims.js'
import type { Recorder } from './recorder.js'

/** Somebody who makes calls, on a handle of their own. */
export interface Client {
  readonly name: string
  readonly store: ThreadStore
}

/** How far apart the clients of a concurrent run are. */
export interface Arm extends Pick<ConformanceCase, 'requires' | 'doors'> {
  readonly id: 'one-handle' | 'two-handles' | 'two-processes'
  /** Completes the title of a case: `… on one handle`. */
  readonly where: string
  clients(context: CaseContext, recorder: Recorder): Promise<readonly Client[]>
}

/** The three arms of every concurrent check. */
export const arms: readonly [Arm, ...Arm[]] = [
  {
    id: 'one-handle',
    where: 'on one handle',
    clients: async ({ store }, recorder) => [client(recorder, store, 'A')],
  },
  {
    id: 'two-handles',
    where: 'on two handles',
    requires: writers('multi-handle'),
    doors: ['openSecond'],
    clients: async (context, recorder) => [
      client(recorder, context.store, 'A'),
      client(recorder, await context.second(), 'B'),
    ],
  },
  {
    id: 'two-processes',
    where: 'in two processes',
    requires: writers('multi-process'),
    doors: ['spawn'],
    clients: async (context, recorder) => {
      const process = await context.process()
      return [client(recorder, context.store, 'A'), client(recorder, await process.second(), 'P')]
    },
  },
]

function client(recorder: Recorder, store: ThreadStore, name: string): Client {
  return { name, store: recorder.recorded(store, name) }
}
