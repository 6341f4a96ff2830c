import { join } from 'node:path'
import { type StdioAdapter, startAdapter } from '../src/stores/stdio/start-adapter.js'
import { ROOT } from './tidy/repository.js'

const script = join(ROOT, 'dist', 'bin/stores/storage-process.js')

/** Another process, which serves the storages at an address; `limits` are for its shell. */
export function startStorageProcess(address: string, limits = ''): Promise<StdioAdapter> {
  const env = { ...process.env, THREADSTORE_SUBJECT: address }
  const run = `${limits} exec "$0" "$@"`
  return startAdapter({ command: 'sh', args: ['-c', run, process.execPath, script], env })
}
