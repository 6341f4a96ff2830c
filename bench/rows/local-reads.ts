import { AppServerClient } from '../../conformance/flows/app-server-client.js'
import { processWire } from '../../conformance/flows/wire.js'
import { openLocalStore } from '../../src/stores/local/open-local-store.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { codexCommand, configureHome } from '../../test/support/codex.js'
import { atHand } from '../at-hand.js'
import { type BenchRow, type Measured, median, round, seconds } from '../row.js'
import { inHome } from '../workspace.js'

const CODEX = '0.131.0'

/** Rounds that are not counted: both sides have looked around and are compiled by then. */
const WARM_UP = 10
const ROUNDS = 21

/** A page of a long list, beside Codex on the same home. */
export const localList: BenchRow = {
  id: 'list',
  work: `list a page of 100 of 10,000 threads (local), beside codex ${CODEX} thread/list`,
  goal: 'at least 20 times faster',
  bounds: [{ atLeast: 20 }],
  how: 'One open store and one `codex app-server` on the same home, asked in turns for the first 100 threads, 10 rounds to warm up and 21 that count. Medians.',
  run: (scale) =>
    besideCodex(10_000 * scale, undefined, {
      ours: async (store) => void (await store.listThreads({ pageSize: 100 })),
      codex: async (codex) =>
        void (await codex.request('thread/list', { limit: 100, modelProviders: [] })),
    }),
}

/** A thread with its turns, beside Codex on the same home. */
export const localReadWithTurns: BenchRow = {
  id: 'read',
  work: `read with turns, 140 kB thread (local), beside codex ${CODEX} thread/read with turns`,
  goal: 'no slower',
  bounds: [{ atLeast: 1 }],
  how: 'The same two, asked in turns for the record and all turns of a thread of 140 kB. Medians.',
  run: () =>
    besideCodex(20, 20 * 140e3, {
      ours: async (store, threadId) => {
        await store.readThread({ threadId })
        await store.listTurns({ threadId, pageSize: 1_000, itemsView: 'full' })
      },
      codex: async (codex, threadId) =>
        void (await codex.request('thread/read', { threadId, includeTurns: true })),
    }),
}

interface Contestants {
  readonly ours: (store: ThreadStore, threadId: string) => Promise<void>
  readonly codex: (codex: AppServerClient, threadId: string) => Promise<void>
}

/** The medians of rounds in turn, so that a machine that slows down slows both. */
async function besideCodex(
  threads: number,
  bytes: number | undefined,
  { ours, codex }: Contestants,
): Promise<Measured> {
  const home = { threads, modelProvider: 'mock', ...(bytes !== undefined && { bytes }) }
  return await inHome(home, async ({ dir }) => {
    await using store = await openLocalStore({ home: dir, readOnly: true })
    const [newest] = (await store.listThreads({ pageSize: 1 })).items
    const threadId = newest?.threadId ?? ''
    const binary = await atHand(CODEX)
    // Never asked for anything: listing and reading need no model.
    await configureHome(dir, 'http://127.0.0.1:9/v1')
    const client = new AppServerClient(processWire(codexCommand(binary, dir)))
    await client.initialize()
    const mine: number[] = []
    const theirs: number[] = []
    for (let done = 0; done < WARM_UP + ROUNDS; done += 1) {
      mine.push(await seconds(() => ours(store, threadId)))
      theirs.push(await seconds(() => codex(client, threadId)))
    }
    await client.close()
    const [our, their] = [median(mine.slice(WARM_UP)), median(theirs.slice(WARM_UP))]
    return {
      figure: `${round(our * 1000)} ms`,
      beside: `codex: ${round(their * 1000)} ms`,
      ratio: their / our,
      details: { threads, rounds: ROUNDS, firstMs: round((mine[0] ?? 0) * 1000) },
    }
  })
}
