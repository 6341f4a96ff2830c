import { LINE_BYTES_MAX } from '../../history/rollout-line.js'
import { type Clock, systemClock } from '../../host/clock.js'
import type { CrashPoint } from '../../store/crash-point.js'
import type { ThreadStore } from '../../store/thread-store.js'
import { type AdapterFacts, greet, openHandle } from './adapter.js'
import { Connection } from './connection.js'
import { startProcess } from './process.js'

/** How an adapter is started and waited for. */
export interface StdioAdapterOptions {
  /** The program, found on the path. */
  readonly command: string
  readonly args?: readonly string[]
  /** Whether `command` is a line for the system's shell. @defaultValue false */
  readonly shell?: boolean
  /** @defaultValue the working directory of this process */
  readonly cwd?: string
  /** @defaultValue the environment of this process */
  readonly env?: NodeJS.ProcessEnv
  readonly clock?: Clock
  /** How long an answer may take; `null` is for ever. @defaultValue 60 000 */
  readonly timeoutMs?: number | null
  /** How long the process may take to end once its stdin is closed. @defaultValue 5 000 */
  readonly closeGraceMs?: number
  /** Bytes a line of the adapter may have, at most 256 MiB. @defaultValue 256 MiB */
  readonly lineBytesMax?: number
  /** Gets what the adapter writes to stderr, as it comes. */
  readonly onStderr?: (text: string) => void
}

/** Names a storage; `null` is the adapter's only or default one. */
export interface AdapterStorage {
  readonly scope: string | null
}

/** A running adapter: a process that serves stores over its stdin and stdout. */
export interface StdioAdapter extends AsyncDisposable, AdapterFacts {
  /** Opens the first handle on a storage. */
  open(storage: AdapterStorage): Promise<ThreadStore>
  /** Opens another handle on a storage that is open, here or in another process. */
  openSecond(storage: AdapterStorage): Promise<ThreadStore>
  /** Opens a storage again that nobody has open any more. */
  reopen(storage: AdapterStorage): Promise<ThreadStore>
  /** Removes a storage that nobody has open. */
  destroy(storage: AdapterStorage): Promise<void>
  /** Makes the process end by itself at a moment inside a call. Absent without the door `crash`. */
  readonly crash?: (point: CrashPoint) => Promise<void>
  /** Whether the process is still there. */
  readonly running: boolean
  /** Ends the process at once, as `kill -9` does, and waits until it is gone. */
  kill(): Promise<void>
  /** Asks the process to end and waits until it is gone. */
  close(): Promise<void>
}

/** Starts an adapter and asks it who it is. */
export async function startAdapter(options: StdioAdapterOptions): Promise<StdioAdapter> {
  const { command, args = [], shell = false, cwd, env, clock = systemClock, onStderr } = options
  const child = startProcess({ command, args, shell, cwd, env, clock, onStderr })
  const connection = new Connection({
    who: `adapter ${JSON.stringify(shortened([command, ...args].join(' ')))}`,
    input: child.input,
    output: child.output,
    clock,
    timeoutMs: options.timeoutMs === undefined ? 60_000 : options.timeoutMs,
    lineBytesMax: options.lineBytesMax ?? LINE_BYTES_MAX,
    onBroken: () => void child.kill(),
  })
  let running = true
  const ended = child.ended.then((how) => {
    running = false
    connection.end(how)
  })
  const close = async (): Promise<void> => {
    await child.close(options.closeGraceMs ?? 5_000)
    await ended
  }
  const handle = (op: '$open' | '$second' | '$reopen') => (storage: AdapterStorage) =>
    openHandle(connection, op, storage.scope)
  const crash = async ({ calls, at }: CrashPoint): Promise<void> => {
    await connection.call({ op: '$crash', p: { calls, at }, effect: 'none' })
  }
  try {
    const facts = await greet(connection)
    return {
      ...facts,
      ...(facts.doors.includes('crash') && { crash }),
      get running() {
        return running
      },
      open: handle('$open'),
      openSecond: handle('$second'),
      reopen: handle('$reopen'),
      destroy: async ({ scope }) => {
        await connection.call({ op: '$destroy', p: { scope }, effect: 'possible' })
      },
      kill: async () => {
        await child.kill()
        await ended
      },
      close,
      [Symbol.asyncDispose]: close,
    }
  } catch (reason) {
    await close()
    throw reason
  }
}

const SHOWN_MAX = 120

function shortened(text: string): string {
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX - 1)}…` : text
}

/** A store in a process of its own, in any language that speaks `docs/wire.md`. */
export interface StdioStoreOptions extends StdioAdapterOptions {
  /** Names the storage to open. @defaultValue the adapter's only or default one */
  readonly scope?: string
}

/** Starts an adapter and opens its store; closing the store ends the process. */
export async function openStdioStore(options: StdioStoreOptions): Promise<ThreadStore> {
  const adapter = await startAdapter(options)
  try {
    return closing(await adapter.open({ scope: options.scope ?? null }), adapter)
  } catch (reason) {
    await adapter.close()
    throw reason
  }
}

/** The same store; closing it closes the adapter too. */
function closing(store: ThreadStore, adapter: StdioAdapter): ThreadStore {
  const close = async (): Promise<void> => {
    try {
      await store.close()
    } finally {
      await adapter.close()
    }
  }
  return { ...store, close, [Symbol.asyncDispose]: close }
}
