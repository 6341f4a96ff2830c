import { createRequire } from 'node:module'

/** By its own name, because the path from here to the manifest differs between source and `dist`. */
export function packageVersion(): string {
  const require = createRequire(import.meta.url)
  const manifest = require('threadstore/package.json') as { version: string }
  return manifest.version
}
