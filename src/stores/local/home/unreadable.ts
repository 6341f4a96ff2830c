import { ThreadStoreError } from '../../../store/errors.js'

/** The operating system's name for what went wrong, such as `ENOENT`. */
export function errorCode(reason: unknown): string | null {
  const code = (reason as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : null
}

/** The error for a file or folder that is there and cannot be read. */
export function unreadable(path: string, reason: unknown): ThreadStoreError {
  const text = reason instanceof Error ? reason.message : String(reason)
  return new ThreadStoreError(
    'INTERNAL',
    `cannot read ${path}: ${text}`,
    { reason: 'storage' },
    { cause: reason },
  )
}
