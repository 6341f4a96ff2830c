import type { Abortable } from '../src/store/params.js'
import type { ThreadStore } from '../src/store/thread-store.js'
import type { OnRead } from './open-rollout.js'

/** What copying a thread works with. */
export interface CopyContext extends Abortable {
  readonly source: ThreadStore
  readonly target: ThreadStore
  /** Is told of bytes as they are read from the source. */
  readonly onRead: OnRead
}
