import { basename } from 'node:path/posix'
import type { Finding } from './source-file.js'

const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)+$/

/** Files whose names would sort, compare and import differently on another file system. */
export function checkName(path: string): Finding[] {
  const name = basename(path)
  if (KEBAB_CASE.test(name)) return []
  const better = name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase()
  return [{ file: path, line: 1, message: `the name ${name} is banned, use ${better}` }]
}
