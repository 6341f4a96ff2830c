import type { ThreadStoreCapabilities } from '../../src/store/capabilities.js'
import { clearingPatch, settingPatch } from './crash-items.js'
import type { CrashThread, Workload } from './workload.js'

/** A call that a process is killed around. */
export interface Deed {
  readonly verb: string
  /** The store can do it. @defaultValue every store can */
  readonly needs?: (supports: ThreadStoreCapabilities) => boolean
  /** Makes what has to be there before it, and gives the call itself. */
  readonly arrange: (work: Workload) => Promise<() => Promise<unknown>>
}

/** Every call that changes something. */
export const deeds: readonly Deed[] = [
  { verb: 'createThread', arrange: async (work) => () => work.create() },
  {
    verb: 'resumeThread',
    arrange: async (work) => {
      const thread = await coldThread(work)
      return () => work.resume(thread)
    },
  },
  onLive('appendItems', (work, thread) => work.append(thread)),
  onLive('flushThread', (work, thread) => work.settle(thread, 'flushThread')),
  onLive('persistThread', (work, thread) => work.settle(thread, 'persistThread')),
  onLive('shutdownThread', (work, thread) => work.settle(thread, 'shutdownThread')),
  onLive('updateThreadMetadata', (work, thread) => work.patch(thread, settingPatch)),
  {
    verb: 'updateThreadMetadata',
    arrange: async (work) => {
      const thread = await coldThread(work)
      return () => work.patch(thread, clearingPatch)
    },
  },
  {
    verb: 'archiveThread',
    arrange: async (work) => {
      const thread = await coldThread(work)
      return () => work.archive(thread, true)
    },
  },
  {
    verb: 'unarchiveThread',
    arrange: async (work) => {
      const thread = await coldThread(work)
      await work.archive(thread, true)
      return () => work.archive(thread, false)
    },
  },
  {
    verb: 'deleteThread',
    needs: (supports) => supports.delete,
    arrange: async (work) => {
      const thread = await coldThread(work)
      return () => work.delete(thread)
    },
  },
  {
    verb: 'importThread',
    needs: (supports) => supports.rawHistory,
    arrange: async (work) => () => work.import(),
  },
  {
    verb: 'revertThread',
    needs: (supports) => supports.lineage,
    arrange: async (work) => {
      const thread = await liveThread(work, { isNew: true })
      await work.settle(thread, 'shutdownThread')
      return work.prepareRevert(thread)
    },
  },
]

function onLive(
  verb: string,
  act: (work: Workload, thread: CrashThread) => Promise<unknown>,
): Deed {
  return {
    verb,
    arrange: async (work) => {
      const thread = await liveThread(work)
      await work.append(thread)
      return () => act(work, thread)
    },
  }
}

/** A thread that is live and stored: a new one, or one from before the last crash. */
export async function liveThread(
  work: Workload,
  { isNew = false }: { readonly isNew?: boolean } = {},
): Promise<CrashThread> {
  const old = work.threads.filter(
    ({ isLive, ledger }) => !isLive && ledger.current()?.archived === false,
  )
  const again = isNew || work.choose(3) === 0 ? undefined : work.pick(old)
  if (again !== undefined) {
    await work.resume(again)
    return again
  }
  const thread = await work.create()
  await work.append(thread)
  await work.settle(thread, 'flushThread')
  await work.patch(thread, settingPatch)
  return thread
}

/** A thread that is stored and not live. */
export async function coldThread(
  work: Workload,
  which?: Parameters<typeof liveThread>[1],
): Promise<CrashThread> {
  const thread = await liveThread(work, which)
  await work.append(thread)
  await work.settle(thread, 'shutdownThread')
  return thread
}
