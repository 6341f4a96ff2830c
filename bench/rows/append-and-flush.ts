import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { printRolloutLine } from '../../src/history/rollout-line.js'
import { systemIds } from '../../src/host/ids.js'
import type { RolloutItem } from '../../src/protocol/rollout-item.js'
import type { ThreadStore } from '../../src/store/thread-store.js'
import { openLocalStore } from '../../src/stores/local/open-local-store.js'
import { type BenchRow, median, round, seconds } from '../row.js'
import { inFolder } from '../workspace.js'

const BATCHES = 1_000
const text = 'a line of some length, as an agent says it. '.repeat(20)
const batch: readonly RolloutItem[] = Array.from({ length: 10 }, () => ({
  timestamp: '2026-11-22T11:59:47.737Z',
  type: 'response_item',
  payload: { type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] },
}))
const bytes = Buffer.concat(batch.map((item) => printRolloutLine(item)))

/** Durable appends, beside the least that durability takes. */
export const appendAndFlush: BenchRow = {
  id: 'append',
  work: 'append and flush, batches of 10 (local), beside bare write + fdatasync of the same bytes',
  goal: 'at least half its rate',
  bounds: [{ atLeast: 0.5 }],
  how: 'One thread, 10 messages of about 1 kB a batch; each batch is appended and flushed, then the same bytes are written and synced by hand, in turns. Medians.',
  run: (scale) =>
    inFolder(async (folder) => {
      const batches = BATCHES * scale
      const home = join(folder, 'home')
      await mkdir(home)
      await using store = await openLocalStore({ home })
      const threadId = systemIds.newThreadId()
      await store.createThread({
        threadId,
        source: 'cli',
        metadata: { cwd: folder, modelProvider: 'mock' },
      })
      const file = await open(join(folder, 'bare'), 'a')
      // In turns, so that a disk that slows down slows both.
      const mine: number[] = []
      const theirs: number[] = []
      for (let done = 0; done < batches; done += 1) {
        mine.push(await seconds(() => appendToStore(store, threadId)))
        theirs.push(await seconds(() => appendToFile(file)))
      }
      const [ours, bare] = [median(mine), median(theirs)]
      await file.close()
      await store.shutdownThread({ threadId })
      return {
        figure: `${round(1 / ours)} batches/s`,
        beside: `write + fdatasync: ${round(1 / bare)} batches/s`,
        ratio: bare / ours,
        details: { batches, bytesPerBatch: bytes.length },
      }
    }),
}

async function appendToStore(store: ThreadStore, threadId: string): Promise<void> {
  await store.appendItems({ threadId, items: batch })
  await store.flushThread({ threadId })
}

async function appendToFile(file: FileHandle): Promise<void> {
  await file.write(bytes)
  await file.datasync()
}
