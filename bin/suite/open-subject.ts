import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { StoreSubject, SubjectProcess } from '../../conformance/index.js'
import { memorySubject } from '../../conformance/mutants/memory-subject.js'
import type { ThreadStore } from '../../src/index.js'
import { adapterSubject, startAdapter } from '../../src/stores/stdio/index.js'
import { endUnlessOver } from './end-process.js'
import { UnreachableError } from '../usage/failures.js'
import { httpOptions } from '../stores/http-options.js'
import { parseStoreAddress, redact } from '../stores/store-address.js'
import { UsageError } from '../usage/usage-error.js'

/** A store to be tested, and what has to be closed when that is done. */
interface OpenedSubject extends AsyncDisposable {
  readonly subject: StoreSubject
}

/** What the name of a subject begins with that is an adapter speaking the stdio protocol. */
const ADAPTER = 'exec:'

/** What a subject may look like, for --help. */
export const SUBJECT_FORMS =
  'a store (memory:, a folder, pglite:DIR, postgres://…, http://…), a module such as ./my-store.mjs, or exec:COMMAND, an adapter in any language'

/**
 * Gets the subject a command was pointed at: a store’s address, the command of an adapter, or a
 * module whose default export is a subject or a function that opens a new, empty store.
 */
export async function openSubject(text: string): Promise<OpenedSubject> {
  try {
    const opened = await openAny(text)
    return {
      subject: opened.subject,
      [Symbol.asyncDispose]: async () => {
        await opened[Symbol.asyncDispose]()
        endUnlessOver(text)
      },
    }
  } catch (error) {
    endUnlessOver(text)
    if (error instanceof UsageError) throw error
    throw new UnreachableError(redact(`${text} cannot be opened: ${reasonOf(error, text)}`), {
      cause: error,
    })
  }
}

async function openAny(text: string): Promise<OpenedSubject> {
  if (text.startsWith(ADAPTER)) return await commandSubject(text.slice(ADAPTER.length))
  return isModule(text) ? lasting(await moduleSubject(text)) : await storeSubject(text)
}

function isModule(text: string): boolean {
  return /\.[cm]?[jt]s$/.test(text)
}

function reasonOf(error: unknown, text: string): string {
  if (!(error instanceof Error)) return String(error)
  // Node says where only when it is the one that fails.
  return error instanceof SyntaxError
    ? `${error.message} (node ${text} shows where)`
    : error.message
}

/** The line goes to the shell, as people are used to from wherever they copied it. */
async function commandSubject(command: string): Promise<OpenedSubject> {
  if (command.trim() === '') throw new UsageError(`${ADAPTER} lacks the command of the adapter`)
  const subject = await adapterSubject({ command, shell: true })
  return { subject, [Symbol.asyncDispose]: () => subject[Symbol.asyncDispose]() }
}

/** Whether several processes can have a subject open at a time. */
export function isShareable(text: string): boolean {
  return !text.startsWith('pglite:')
}

async function moduleSubject(path: string): Promise<StoreSubject> {
  const file = resolve(path)
  if (!existsSync(file)) throw new UsageError(`there is no module ${path}`)
  const loaded = await load(path, file)
  const exported = loaded.default
  if (typeof exported === 'function') {
    if (/^class\b/.test(Function.prototype.toString.call(exported))) {
      const remedy = `export a function that opens a store: export default () => new ${exported.name}()`
      throw new UsageError(`${path} exports a class, which cannot be called; ${remedy}`)
    }
    const open = exported as () => ThreadStore | Promise<ThreadStore>
    return { name: path, open: async () => open() }
  }
  if (isSubject(exported)) return exported
  throw new UsageError(
    `${path} has no default export that is a subject ({ name, open }) or a function that opens a store`,
  )
}

/** Node takes a file for CommonJS unless its name or the nearest package.json says otherwise. */
async function load(path: string, file: string): Promise<{ readonly default?: unknown }> {
  try {
    return (await import(pathToFileURL(file).href)) as { readonly default?: unknown }
  } catch (error) {
    if (
      !(error instanceof SyntaxError) ||
      !/outside a module|Unexpected token 'export'/.test(error.message)
    ) {
      throw error
    }
    const remedy = 'name it .mjs, or set "type": "module" in the nearest package.json'
    throw new UsageError(`${path} is taken for CommonJS (${error.message}): ${remedy}`)
  }
}

function isSubject(value: unknown): value is StoreSubject {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    typeof value.name === 'string' &&
    'open' in value &&
    typeof value.open === 'function'
  )
}

async function storeSubject(text: string): Promise<OpenedSubject> {
  const address = parseStoreAddress(text)
  if (address.kind === 'local') refuseModuleName(address.dir)
  switch (address.kind) {
    case 'memory':
      return lasting(memorySubject())
    case 'pglite':
      return await pgliteSubject(address.dir)
    case 'postgres':
      return lasting(elsewhereToo(await postgresSubject(address.url), address.url))
    case 'http':
      return lasting(elsewhereToo(await httpSubject(address), text))
    case 'local':
      return lasting(elsewhereToo(await localSubject(address.dir), `local:${resolve(address.dir)}`))
  }
}

/** The subject with a door to other processes, which open its storages by the same address. */
function elsewhereToo(subject: StoreSubject, address: string): StoreSubject {
  const script = fileURLToPath(new URL('../stores/storage-process.js', import.meta.url))
  const env = { ...process.env, THREADSTORE_SUBJECT: address }
  const spawn = (): Promise<SubjectProcess> =>
    startAdapter({ command: process.execPath, args: [script], env })
  return { ...subject, spawn }
}

function lasting(subject: StoreSubject): OpenedSubject {
  return { subject, [Symbol.asyncDispose]: () => Promise.resolve() }
}

/** A module without its extension would be taken for a new folder, whose homes always conform. */
function refuseModuleName(dir: string): void {
  if (existsSync(dir)) return
  const meant = ['.mjs', '.js', '.cjs', '.ts', '.mts', '.cts'].find((end) => existsSync(dir + end))
  if (meant !== undefined) throw new UsageError(`there is no folder ${dir}; give ${dir}${meant}`)
}

/** Storages are homes of their own in the folder, so that no home that is there is touched. */
async function localSubject(dir: string): Promise<StoreSubject> {
  const { scopedHomes } = await import('../../src/stores/local/scoped-homes.js')
  return scopedHomes(resolve(dir))
}

/** All storages are namespaces of one database, because booting one takes seconds. */
async function pgliteSubject(dir: string): Promise<OpenedSubject> {
  const { openPgliteDriver } = await import('../../src/stores/postgres/driver/pglite-driver.js')
  const { openPgliteStore } = await import('../../src/stores/postgres/open-pglite-store.js')
  const driver = await openPgliteDriver({ dir })
  const open: StoreSubject['open'] = ({ scope }) => openPgliteStore({ driver, namespace: scope })
  return {
    subject: { name: `pglite:${dir}`, open, reopen: open, openSecond: open },
    [Symbol.asyncDispose]: () => driver.close(),
  }
}

async function postgresSubject(url: string): Promise<StoreSubject> {
  const { openPostgresStore } = await import('../../src/stores/postgres/open-postgres-store.js')
  const open: StoreSubject['open'] = ({ scope }) =>
    openPostgresStore({ url, namespace: scope, connectionsMax: 4 })
  return { name: redact(url), open, reopen: open, openSecond: open }
}

/** All storages are namespaces of one server, whose token has to be good for them. */
async function httpSubject(address: Parameters<typeof httpOptions>[0]): Promise<StoreSubject> {
  const { openHttpStore } = await import('../../src/stores/http/open-http-store.js')
  const options = httpOptions(address)
  const open: StoreSubject['open'] = ({ scope }) => openHttpStore({ ...options, namespace: scope })
  return { name: address.url, open, reopen: open, openSecond: open }
}
