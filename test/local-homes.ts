import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RolloutItem } from '../src/protocol/rollout-item.js'
import type { CreateThreadParams } from '../src/store/params.js'
import type { StoredThread } from '../src/store/records.js'
import { type LocalThreadStore, openLocalStore } from '../src/stores/local/open-local-store.js'
import { withState } from './support/homes.js'
import { temporaryFolder } from './support/temporary-folder.js'

// What tests of homes that are written to have in common.

/** A thread that no recorded home has. */
export const ID = '0190e5ff-c558-72d1-8e82-99a00fbb77d9'

export function emptyHome(): string {
  const home = join(temporaryFolder(), '.codex')
  mkdirSync(home)
  return home
}

export function creating(
  threadId: string,
  more: Partial<CreateThreadParams> = {},
): CreateThreadParams {
  return { threadId, source: 'cli', metadata: { cwd: '/srv', modelProvider: 'openai' }, ...more }
}

export function message(text: string): RolloutItem {
  const timestamp = '2026-11-22T12:00:00.000Z'
  return { timestamp, type: 'event_msg', payload: { type: 'user_message', message: text } }
}

export async function withStore<T>(
  home: string,
  use: (store: LocalThreadStore) => Promise<T>,
): Promise<T> {
  await using store = await openLocalStore({ home })
  return await use(store)
}

export async function create(home: string, ...texts: readonly string[]): Promise<string> {
  return withStore(home, async (store) => {
    await store.createThread(creating(ID))
    await store.appendItems({ threadId: ID, items: texts.map(message) })
    return (await store.localRolloutPath(ID)) ?? ''
  })
}

export function lines(path: string): Record<string, unknown>[] {
  const text = readFileSync(path, 'utf8')
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

export function row(home: string, threadId: string): Record<string, unknown> {
  return withState(home, (state) => {
    return state.prepare('SELECT * FROM threads WHERE id = ?').get(threadId) as Record<
      string,
      unknown
    >
  })
}

export function readAll(
  store: LocalThreadStore,
  archived: boolean,
): Promise<readonly StoredThread[]> {
  return store.listThreads({ pageSize: 1000, archived }).then(({ items }) => items)
}
