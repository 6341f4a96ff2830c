import { existsSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { parseStoreAddress, redact } from './store-address.js'
import { UsageError } from '../usage/usage-error.js'

/** Refuses a target that is the source, by whatever name, or that would be made inside it. */
export function requireTwoPlaces(source: string, target: string): void {
  const [from, to] = [placeOf(source), placeOf(target)]
  if (from === null || to === null) return
  if (from === to) {
    throw new UsageError(`${redact(target)} is the source and the target; name another target`)
  }
  if (to.startsWith(`${from}${sep}`)) {
    throw new UsageError(`${redact(target)} lies in the source, which is only read`)
  }
}

/** Where a store is, the same for every spelling of a folder; `null` for memory. */
function placeOf(text: string): string | null {
  const address = parseStoreAddress(text)
  if ('dir' in address) return realPath(resolve(address.dir))
  return address.kind === 'memory' ? null : redact(text)
}

/** The path without links, also of what is not there yet. */
function realPath(path: string): string {
  if (existsSync(path) || dirname(path) === path) return realpathSync(path)
  return join(realPath(dirname(path)), basename(path))
}
