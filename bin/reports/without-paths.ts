import { createHash } from 'node:crypto'

/** A whole JSON string that is a path, or a path in the middle of a sentence. */
const PATHS = [
  /"((?:local:|pglite:)?(?:\/|[A-Za-z]:(?:\\|\/))[^"\n]*)"/g,
  /(?<![\w:/.~])((?:\/|[A-Za-z]:\\)[^\s"'`,;()<>]*[^\s"'`,;()<>.:])/g,
] as const

/**
 * A text with a hash in the place of every absolute path: equal paths, equal hashes, so that one can
 * still see what belongs together. Addresses of databases and servers stay.
 */
export function withoutPaths(text: string): string {
  return PATHS.reduce(
    (cleaned, pattern) =>
      cleaned.replace(pattern, (match: string, path: string) => match.replace(path, hashed(path))),
    text,
  )
}

function hashed(path: string): string {
  return `path-${createHash('sha256').update(path).digest('hex').slice(0, 12)}`
}
