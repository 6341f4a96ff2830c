export { LiveThread, type LiveThreadHost, type ResumedThread } from './live-thread.js'
export { LiveThreadInitGuard } from './live-thread-init-guard.js'
export { MetadataPatchError } from './metadata-patch-error.js'
export type { PathReader, ReadThreadByRolloutPathParams } from './path-reader.js'
