import type { PathReader } from '../live/path-reader.js'
import { ThreadRuntimeError } from './thread-runtime-error.js'

/** Refuses a call that names a file where threads are not files. */
export function requirePaths(paths: PathReader | null): PathReader {
  if (paths !== null) return paths
  throw new ThreadRuntimeError(
    'paths-unsupported',
    'rollout path queries are only supported with the local thread store',
  )
}
