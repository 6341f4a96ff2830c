import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { LocalThreadStore } from '../src/stores/local/open-local-store.js'
import { inputTexts, itemsOf, managing } from './live/managing.js'
import { runOver } from './live/subject.js'
import { localSubject } from './local-subject.js'

await runOver({ ...localSubject(), pathsOf: (store) => store as LocalThreadStore })

test('a thread is known by its file', async () => {
  const { manager, store, asked } = await managing()
  const thread = await manager.startThread()
  await thread.run('one')
  const path = (await thread.localRolloutPath()) ?? ''
  expect(existsSync(path)).toBe(true)
  expect((await store.readThread({ threadId: thread.threadId })).rolloutPath).toBe(path)
  expect(await manager.resumeThreadFromRollout(path)).toBe(thread)
  await thread.shutdown()
  const again = await manager.resumeThreadFromRollout(path)
  expect(again.threadId).toBe(thread.threadId)
  const fork = await manager.forkThreadFromRollout(path)
  await fork.run('two')
  expect(inputTexts(asked.at(-1))).toEqual(['one', 'reply to: one', 'two'])
  expect((await itemsOf(store, again)).length).toBeLessThan((await itemsOf(store, fork)).length)
})

test('a file that is not there is no thread', async () => {
  const { manager } = await managing()
  await expect(manager.resumeThreadFromRollout('/nowhere/rollout.jsonl')).rejects.toThrow(
    'not found',
  )
  expect(manager.listThreadIds()).toEqual([])
})

test('a thread that was never used has no file and is gone when it is shut down', async () => {
  const { manager } = await managing()
  const thread = await manager.startThread()
  expect(await thread.localRolloutPath()).toBeNull()
  await thread.shutdown()
  await expect(manager.resumeThread(thread.threadId)).rejects.toThrow('not found')
})
