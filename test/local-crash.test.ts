import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { chunksOf } from '../conformance/build/chunks.js'
import { bareImport } from '../conformance/build/imports.js'
import type { ThreadStore } from '../src/store/thread-store.js'
import { systemClock } from '../src/host/clock.js'
import { openLocalStore } from '../src/stores/local/open-local-store.js'
import { scopedHomes } from '../src/stores/local/scoped-homes.js'
import type { StdioAdapter } from '../src/stores/stdio/start-adapter.js'
import { ID, creating, message } from './local-homes.js'
import { startStorageProcess } from './storage-process.js'
import { temporaryFolder } from './support/temporary-folder.js'

const storage = { scope: 'home' }

async function inOtherProcess<T>(
  root: string,
  use: (store: ThreadStore, other: StdioAdapter) => Promise<T>,
  limits = '',
): Promise<T> {
  const other = await startStorageProcess(`local:${root}`, limits)
  try {
    return await use(await other.open(storage), other)
  } finally {
    await other.kill()
  }
}

test('everything acknowledged survives a process that is killed while it appends', async () => {
  const root = temporaryFolder()
  mkdirSync(join(root, storage.scope))
  const acknowledged = await inOtherProcess(root, async (store, other) => {
    await store.createThread(creating(ID))
    const texts: string[] = []
    const appending = (async () => {
      for (let number = 0; ; number += 1) {
        await store.appendItems({ threadId: ID, items: [message(`item ${number}`)] })
        texts.push(`item ${number}`)
        if (number === 200) void other.kill()
      }
    })()
    await expect(appending).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' })
    return texts
  })
  await using store = await scopedHomes(root).open(storage)
  await store.resumeThread({ threadId: ID })
  await store.appendItems({ threadId: ID, items: [message('after the crash')] })
  const { items } = await store.loadHistory({ threadId: ID })
  const said = items.slice(1, acknowledged.length + 1)
  expect(said).toEqual(acknowledged.map(message))
  expect(items.at(-1)).toEqual(message('after the crash'))
})

test('a thread that is live in one process is live for every other', async () => {
  const root = temporaryFolder()
  mkdirSync(join(root, storage.scope))
  await inOtherProcess(root, async (theirs) => {
    await theirs.createThread(creating(ID))
    await using ours = await scopedHomes(root).open(storage)
    const alreadyLive = { code: 'CONFLICT', details: { reason: 'already-live' } }
    await expect(ours.createThread(creating(ID))).rejects.toMatchObject(alreadyLive)
    await theirs.appendItems({ threadId: ID, items: [message('theirs')] })
    await expect(ours.resumeThread({ threadId: ID })).rejects.toMatchObject(alreadyLive)
    expect((await ours.loadHistory({ threadId: ID })).items).toHaveLength(2)
    await theirs.shutdownThread({ threadId: ID })
    await ours.resumeThread({ threadId: ID })
    await ours.appendItems({ threadId: ID, items: [message('ours')] })
    expect((await theirs.loadHistory({ threadId: ID })).items).toHaveLength(3)
    await ours.shutdownThread({ threadId: ID })
  })
  const locks = readdirSync(join(root, storage.scope, 'thread-writer-locks'))
  expect(locks).toEqual(['.coordination.lock'])
})

test('a batch that does not fit is refused whole, and goes in once when there is room', async () => {
  const root = temporaryFolder()
  mkdirSync(join(root, storage.scope))
  const limit = 512 * 1024
  const pidFile = join(root, 'pid')
  await inOtherProcess(
    root,
    async (store) => {
      await store.createThread(creating(ID))
      const batch = [message('head'), message('x'.repeat(100_000))]
      let refused: unknown = null
      for (let number = 0; refused === null && number < 10; number += 1) {
        refused = await store.appendItems({ threadId: ID, items: batch }).then(
          () => null,
          (reason: unknown) => reason,
        )
      }
      const storageFull = { code: 'RESOURCE_EXHAUSTED', details: { reason: 'storage-full' } }
      expect(refused).toMatchObject(storageFull)
      const before = (await store.loadHistory({ threadId: ID })).items
      expect(before.length % 2).toBe(1)
      await store.appendItems({ threadId: ID, items: [message('small')] })
      execFileSync('prlimit', ['--pid', readFileSync(pidFile, 'utf8').trim(), '--fsize=unlimited'])
      await store.appendItems({ threadId: ID, items: batch })
      await store.flushThread({ threadId: ID })
      expect((await store.loadHistory({ threadId: ID })).items).toEqual([
        ...before,
        message('small'),
        ...batch,
      ])
    },
    `echo $$ > ${pidFile}; ulimit -S -f ${limit / 1024};`,
  )
})

test('a thread whose deletion was cut off is gone, and its id can be used again', async () => {
  const home = temporaryFolder()
  let now = Date.UTC(2026, 10, 22, 12)
  const clock = { ...systemClock, now: () => now }
  await using store = await openLocalStore({ home, clock })
  await store.createThread(creating(ID))
  await store.appendItems({ threadId: ID, items: [message('before')] })
  await store.shutdownThread({ threadId: ID })
  const { rolloutPath } = await store.readThread({ threadId: ID })
  const path = rolloutPath ?? ''
  // What a process leaves that dies between the file and the row.
  const left = join(dirname(path), `.${basename(path)}.removed.threadstore.tmp`)
  renameSync(path, left)
  const unknown = { code: 'THREAD_NOT_FOUND' }
  await expect(store.readThread({ threadId: ID })).rejects.toMatchObject(unknown)
  expect((await store.listThreads({ pageSize: 10 })).items).toEqual([])
  // A second later the rollout has another name.
  now += 1000
  await store.createThread(creating(ID))
  await store.appendItems({ threadId: ID, items: [message('after')] })
  expect((await store.loadHistory({ threadId: ID })).items.slice(1)).toEqual([message('after')])
  expect((await store.listThreads({ pageSize: 10 })).items).toHaveLength(1)
  expect(existsSync(left)).toBe(false)
})

test('a new thread whose import was cut off is not there, and can be imported again', async () => {
  const root = temporaryFolder()
  const home = join(root, storage.scope)
  const folder = join(home, 'sessions/2026/11/22')
  mkdirSync(folder, { recursive: true })
  const name = `rollout-2026-11-22T12-00-00-${ID}.jsonl`
  const line = `${JSON.stringify(message('imported'))}\n`
  // What a process leaves that dies between the files and the row.
  writeFileSync(join(folder, name), line)
  writeFileSync(join(folder, `.${name}.arriving.threadstore.tmp`), '')
  await using store = await scopedHomes(root).open(storage)
  await expect(store.readThread({ threadId: ID })).rejects.toMatchObject({
    code: 'THREAD_NOT_FOUND',
  })
  expect((await store.listThreads({ pageSize: 10 })).items).toEqual([])
  await store.importThread(bareImport(ID, chunksOf(line), { name: 'whole' }))
  const thread = await store.readThread({ threadId: ID, includeHistory: true })
  expect([thread.name, thread.history?.items]).toEqual(['whole', [message('imported')]])
  expect((await store.exportThread({ threadId: ID })).rollouts).toHaveLength(1)
})

test('a thread whose replacement was cut off can be replaced again', async () => {
  const home = temporaryFolder()
  const name = `rollout-2026-11-22T12-00-00-${ID}.jsonl`
  const file = { name: `sessions/2026/11/22/${name}`, modifiedAt: '2026-11-22T12:00:00.000Z' }
  await using store = await openLocalStore({ home })
  const importing = (text: string) => {
    const { thread, rollouts } = bareImport(ID, chunksOf(`${JSON.stringify(message(text))}\n`))
    return { thread, rollouts: rollouts.map((rollout) => ({ ...rollout, file })), replace: true }
  }
  await store.importThread(importing('before'))
  // What a process leaves that dies after it put the new file in the place of the old one.
  writeFileSync(join(home, dirname(file.name), `.${name}.replaced.threadstore.tmp`), 'old')
  await store.importThread(importing('after'))
  expect((await store.loadHistory({ threadId: ID })).items).toEqual([message('after')])
  expect(readdirSync(join(home, dirname(file.name)))).toEqual([name])
})
