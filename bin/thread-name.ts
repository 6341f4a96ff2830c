import type { StoredThread } from '../src/index.js'

/** What people know a thread by, on one line. */
export function threadName({ name, title, preview }: StoredThread, charsMax: number): string {
  const text = (name ?? title ?? preview).replace(/\s+/g, ' ').trim()
  return text.length > charsMax ? `${text.slice(0, charsMax - 1)}…` : text
}
