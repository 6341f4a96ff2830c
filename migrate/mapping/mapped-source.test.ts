import { expect, test } from 'vitest'
import { createByteHasher } from '../../src/history/digest.js'
import { systemIds } from '../../src/host/ids.js'
import type { RolloutItem } from '../../src/protocol/rollout-item.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { openMemoryStore } from '../../src/stores/memory/memory-thread-store.js'
import { migrate } from '../runs/run.js'
import { verify } from '../verify/verify.js'
import { mappedSource } from './mapped-source.js'
import type { Mapping } from './mapping.js'

const mapping: Mapping = {
  cwd: [{ from: '/home/ann', to: '/Users/ann-with-a-longer-name' }],
  provider: [{ from: 'azure', to: 'openai' }],
}
const id = (number: number): string => `019a0000-0000-7000-8000-${String(number).padStart(12, '0')}`
const [parent, fork, other] = [id(1), id(2), id(3)]

function message(text: string): RolloutItem {
  return { type: 'event_msg', payload: { type: 'user_message', message: text } }
}

function turnContext(cwd: string): RolloutItem {
  return { type: 'turn_context', payload: { turn_id: 't', cwd, model: 'm' } }
}

/** A thread below the folder, a fork of it by reference, and a thread somewhere else. */
async function filled(): Promise<ThreadStore> {
  const store = openMemoryStore()
  const historyMode = 'paginated'
  const ours = { cwd: '/home/ann/project', modelProvider: 'azure' }
  await store.createThread({ threadId: parent, source: 'cli', metadata: ours, historyMode })
  const items = [turnContext('/home/ann/project/sub'), message('I said /home/ann'), message('b')]
  await store.appendItems({ threadId: parent, items })
  const base = { rolloutId: parent, endOrdinalExclusive: 3 }
  await store.createThread({ threadId: fork, source: 'cli', metadata: ours, historyMode, base })
  await store.appendItems({ threadId: fork, items: [message('forked')] })
  const theirs = { cwd: '/home/anna', modelProvider: 'openai' }
  await store.createThread({ threadId: other, source: 'cli', metadata: theirs })
  await store.appendItems({ threadId: other, items: [turnContext('/home/anna')] })
  for (const threadId of [parent, fork, other]) await store.shutdownThread({ threadId })
  return store
}

async function migrated(source: ThreadStore, target: ThreadStore): Promise<unknown> {
  const clock = { now: () => 0, sleep: async () => {} }
  const { totals } = await migrate({ source, target, clock, ids: systemIds })
  const { proven, already, failed } = totals
  return { proven, already, failed }
}

test('folders and providers are replaced where Codex reads them, and nowhere else', async () => {
  const behind = await filled()
  const target = openMemoryStore()
  const source = mappedSource(behind, mapping)
  expect(await migrated(source.store, target)).toEqual({ proven: 3, already: 0, failed: 0 })
  const moved = await target.readThread({ threadId: parent, includeHistory: true })
  expect(moved).toMatchObject({
    cwd: '/Users/ann-with-a-longer-name/project',
    modelProvider: 'openai',
  })
  const [meta, context, said] = moved.history?.items ?? []
  expect(meta?.payload).toMatchObject({ cwd: '/Users/ann-with-a-longer-name/project' })
  expect(context?.payload).toMatchObject({ cwd: '/Users/ann-with-a-longer-name/project/sub' })
  expect(said).toMatchObject(message('I said /home/ann'))
  expect((await target.readThread({ threadId: other })).cwd).toBe('/home/anna')
})

test('a fork begins at the same place, though its base has other bytes', async () => {
  const behind = await filled()
  const target = openMemoryStore()
  await migrated(mappedSource(behind, mapping).store, target)
  const texts = async (store: ThreadStore): Promise<unknown[]> => {
    const { items } = await store.loadHistory({ threadId: fork })
    return items.flatMap(({ type, payload }) => (type === 'event_msg' ? [payload] : []))
  }
  expect(await texts(target)).toEqual(await texts(behind))
  const [before] = (await behind.exportThread({ threadId: fork })).rollouts
  const [after] = (await target.exportThread({ threadId: fork })).rollouts
  expect(after?.base?.endByteOffset).toBeGreaterThan(before?.base?.endByteOffset ?? 0)
  expect(after?.base?.endOrdinalExclusive).toBe(before?.base?.endOrdinalExclusive)
})

test('what a rollout was before is known, and null where nothing changed', async () => {
  const behind = await filled()
  const source = mappedSource(behind, mapping)
  await migrated(source.store, openMemoryStore())
  const [rollout] = (await behind.exportThread({ threadId: parent })).rollouts
  const hasher = createByteHasher()
  for await (const chunk of rollout?.read() ?? []) hasher.update(chunk)
  const { byteCount } = hasher
  expect(source.originOf(parent)).toEqual({ byteCount, sha256: hasher.sha256() })
  expect(source.originOf(other)).toBeNull()
})

test('the same mapping again sends nothing, and the two sides verify', async () => {
  const behind = await filled()
  const target = openMemoryStore()
  const source = mappedSource(behind, mapping)
  await migrated(source.store, target)
  expect(await migrated(source.store, target)).toMatchObject({ proven: 0, failed: 0 })
  const { totals } = await verify({ source: mappedSource(behind, mapping).store, target })
  expect(totals).toMatchObject({ equal: 3, different: 0, behind: 0, missing: 0 })
})
