import { expect, test } from 'vitest'
import { systemClock } from '../host/clock.js'
import { silentLogger } from '../host/logger.js'
import { openMemoryStore } from '../stores/memory/memory-thread-store.js'
import { LiveThread } from './live-thread.js'
import { LiveThreadInitGuard } from './live-thread-init-guard.js'

const threadId = '01a20320-6d70-7852-b50d-7785b67ce898'

function opening(store = openMemoryStore()) {
  const host = { store, clock: systemClock }
  const metadata = { cwd: null, modelProvider: 'mock' }
  return { store, live: LiveThread.create(host, { threadId, source: 'cli', metadata }) }
}

test('a committed thread keeps its writer', async () => {
  const { store, live } = opening()
  {
    await using guard = new LiveThreadInitGuard(live, silentLogger)
    await guard.opened
    guard.commit()
  }
  await expect(store.flushThread({ threadId })).resolves.toBeUndefined()
})

test('a thread that nobody committed is discarded', async () => {
  const { store, live } = opening()
  const setUp = async (): Promise<void> => {
    await using guard = new LiveThreadInitGuard(live, silentLogger)
    await guard.opened
    throw new RangeError('set-up failed')
  }
  await expect(setUp()).rejects.toThrow('set-up failed')
  await expect(store.flushThread({ threadId })).rejects.toThrow('no live writer')
})

test('a thread that is still being opened is discarded once it is open', async () => {
  const { store, live } = opening()
  {
    await using guard = new LiveThreadInitGuard(live, silentLogger)
    void guard
  }
  await expect(store.flushThread({ threadId })).rejects.toThrow('no live writer')
})

test('a thread that could not be opened is not discarded', async () => {
  const failed = Promise.reject(new RangeError('no room'))
  await using guard = new LiveThreadInitGuard(failed, silentLogger)
  await expect(guard.opened).rejects.toThrow('no room')
})

test('a writer that does not close is a warning and not the news', async () => {
  const warnings: string[] = []
  const logger = {
    ...silentLogger,
    warn: (_fields: unknown, message: string) => warnings.push(message),
  }
  const { store, live } = opening()
  const discardThread = (): Promise<void> => Promise.reject(new RangeError('stuck'))
  const stuck = { store: { ...store, discardThread }, clock: systemClock }
  await (await live).shutdown()
  const opened = LiveThread.resume(stuck, { threadId }).then((resumed) => resumed.live)
  {
    await using guard = new LiveThreadInitGuard(opened, logger)
    await guard.opened
  }
  expect(warnings).toEqual(['a thread that was not committed was not discarded'])
})
