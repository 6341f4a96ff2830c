import { type CrashMoment, crashMoments } from '../../src/store/crash-point.js'
import type { CaseContext, StorageProcess } from '../case.js'
import { settingPatch } from './crash-items.js'
import { type Deed, coldThread, liveThread } from './deeds.js'
import type { Workload } from './workload.js'

/** When a process dies, seen from a call; `inside` is a moment nobody chooses. */
export type Moment = 'before-send' | CrashMoment | 'after-reply' | 'inside'
export const moments: readonly Moment[] = ['before-send', ...crashMoments, 'after-reply', 'inside']

/**
 * Kills a process around a call: at a boundary of it, or at some moment while it and others are under
 * way. Says whether a call was cut off.
 */
export async function strike(
  context: CaseContext,
  process: StorageProcess,
  work: Workload,
  { deed, moment }: { readonly deed: Deed; readonly moment: Moment },
): Promise<boolean> {
  const isBusy = moment === 'inside' || (isCrashMoment(moment) && process.crash === null)
  const others = isBusy ? await companions(work) : []
  const act = await deed.arrange(work)
  await promise(work)
  if (moment === 'before-send' || moment === 'after-reply') {
    if (moment === 'after-reply') await act()
    await process.kill()
    return false
  }
  if (isCrashMoment(moment) && process.crash !== null) {
    await process.crash({ calls: 1, at: moment })
    const cutOff = await isRejected(act())
    await process.kill()
    return cutOff
  }
  const calls = [...others, act]
  // What is refused before the kill is no less part of the game.
  const settled = Promise.allSettled(calls.map((call) => call()))
  const windowMs = work.meanMs * calls.length
  await context.sleep(Math.round((windowMs * work.choose(1_000)) / 1_000))
  const { inFlight } = work
  await process.kill()
  await settled
  return inFlight > 0
}

/** Makes the store promise things at last: those are lost most easily. */
async function promise(work: Workload): Promise<void> {
  await work.archive(await coldThread(work, { isNew: true }), true)
  const live = work.pick(work.threads.filter(({ isLive }) => isLive))
  if (live === undefined) return
  await work.append(live)
  await work.settle(live, 'flushThread')
}

function isCrashMoment(moment: Moment): moment is CrashMoment {
  return crashMoments.some((one) => one === moment)
}

async function isRejected(call: Promise<unknown>): Promise<boolean> {
  return call.then(
    () => false,
    () => true,
  )
}

/** Calls on other threads that are under way when the process dies, so that it dies while it works. */
async function companions(work: Workload): Promise<(() => Promise<unknown>)[]> {
  const first = await liveThread(work, { isNew: true })
  const second = await liveThread(work, { isNew: true })
  const { rawHistory } = work.store.supports
  const append = (): Promise<void> => work.append(first)
  return [
    append,
    append,
    () => work.patch(second, settingPatch),
    append,
    () => work.settle(first, 'flushThread'),
    () => work.append(second),
    () => work.create(),
    ...(rawHistory ? [() => work.import()] : []),
    append,
    () => work.settle(second, 'shutdownThread'),
  ]
}
