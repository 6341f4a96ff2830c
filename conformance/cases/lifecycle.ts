import { isDeepStrictEqual } from 'node:util'
import { isJsonObject } from '../../src/protocol/json.js'
import type { RolloutItem } from '../../src/protocol/rollout-item.js'
import { importedRecord } from '../build/imports.js'
import { messages, userMessage } from '../build/items.js'
import { creating } from '../build/params.js'
import { archivedThread, coldThread, liveThread } from '../build/threads.js'
import type { CaseContext, ConformanceCase } from '../case.js'
import { equal, holds, outcomeOf, rejects, under } from '../expect.js'
import {
  conversationOf,
  itemsOf,
  listedIds,
  observe,
  observing,
  recordOf,
  withoutTimes,
} from '../observe.js'

/** How threads begin, live and end on one handle. */
export const lifecycleCases: readonly ConformanceCase[] = [
  {
    id: 'life.session-meta',
    title: 'a history begins with one session_meta item made from the params',
    requirements: ['LIFE-1'],
    set: 'smoke',
    run: async (context, store) => {
      const threadId = await liveThread(context, store, {
        items: messages(1),
        source: 'exec',
        baseInstructions: 'Be brief.',
        metadata: { cwd: '/srv/repo', modelProvider: 'azure', cliVersion: '0.150.0' },
      })
      const items = await itemsOf(store, threadId)
      equal(
        items.map(({ type }) => type),
        ['session_meta', 'event_msg'],
      )
      const { id, cwd, source, model_provider, cli_version, base_instructions } = payloadOf(
        items[0],
      )
      equal(
        { id, cwd, source, model_provider, cli_version, base_instructions },
        {
          id: threadId,
          cwd: '/srv/repo',
          source: 'exec',
          model_provider: 'azure',
          cli_version: '0.150.0',
          base_instructions: { text: 'Be brief.' },
        },
      )
    },
  },
  {
    id: 'life.session-meta-alone',
    title: 'a thread without items of its own holds its session_meta alone',
    requirements: ['LIFE-1'],
    run: async (context, store) => {
      const threadId = await liveThread(context, store, { items: [] })
      equal(
        (await itemsOf(store, threadId)).map(({ type }) => type),
        ['session_meta'],
      )
    },
  },
  {
    id: 'life.record-defaults',
    title: 'a created thread’s record holds the params and otherwise the defaults',
    requirements: ['LIFE-2'],
    set: 'smoke',
    run: async (context, store) => {
      const threadId = await liveThread(context, store)
      equal(withoutTimes(await recordOf(store, threadId)), defaults(threadId))
    },
  },
  {
    id: 'life.record-params',
    title: 'every param of a new thread reads back from its record',
    requirements: ['LIFE-2'],
    run: async (context, store) => {
      const forkedFromId = context.threadId()
      const parentThreadId = context.threadId()
      const gitInfo = { sha: 'c0ffee', branch: 'main', originUrl: 'https://example.com/r.git' }
      const threadId = await liveThread(context, store, {
        source: { custom: 'atlas' },
        extraConfig: { profile: { nested: [1, 'two'] } },
        forkedFromId,
        parentThreadId,
        threadSource: 'subagent',
        metadata: { cwd: null, modelProvider: 'ollama', memoryMode: 'disabled', gitInfo },
      })
      equal(withoutTimes(await recordOf(store, threadId)), {
        ...defaults(threadId),
        source: { custom: 'atlas' },
        extraConfig: { profile: { nested: [1, 'two'] } },
        forkedFromId,
        parentThreadId,
        threadSource: 'subagent',
        cwd: '',
        modelProvider: 'ollama',
        memoryMode: 'disabled',
        gitInfo,
      })
    },
  },
  {
    id: 'life.record-times',
    title: 'a created thread’s times are those of its creation',
    requirements: ['LIFE-2'],
    run: async (context, store) => {
      const { limits } = context
      const before = context.now() - limits.clockSkewMs
      const threadId = await liveThread(context, store, { items: [] })
      const after = context.now() + limits.clockSkewMs
      const { createdAt, updatedAt, archivedAt } = await recordOf(store, threadId)
      equal(archivedAt, null)
      for (const time of [createdAt, updatedAt]) {
        const ms = Date.parse(time)
        holds(ms >= before && ms <= after, `${time} is the time of the call`)
      }
    },
  },
  {
    id: 'life.spawned-agent',
    title: 'a spawned subagent’s nickname, role and path come from its source',
    requirements: ['META-22'],
    run: async (context, store) => {
      const parent = context.threadId()
      const spawn = {
        parent_thread_id: parent,
        depth: 1,
        agent_nickname: 'Ada',
        agent_role: 'reviewer',
        agent_path: '/root/ada',
      }
      const source = { subagent: { thread_spawn: spawn } }
      const threadId = await liveThread(context, store, { source, parentThreadId: parent })
      const record = await recordOf(store, threadId)
      equal(record.source, source)
      const { agentNickname, agentRole, agentPath } = record
      equal([agentNickname, agentRole, agentPath], ['Ada', 'reviewer', '/root/ada'])
    },
  },
  {
    id: 'life.append-at-once',
    title: 'the handle that created a thread appends to it at once',
    requirements: ['LIFE-3'],
    set: 'smoke',
    run: async (context, store) => {
      const threadId = context.threadId()
      await store.createThread(creating(threadId))
      await store.appendItems({ threadId, items: [userMessage('first')] })
      equal(await conversationOf(store, threadId), [userMessage('first')])
    },
  },
  {
    id: 'life.create-twice-live',
    title: 'a thread that is live is neither created nor resumed again, and stays live',
    requirements: ['LIFE-5'],
    set: 'smoke',
    run: async (context, store) => {
      const threadId = await liveThread(context, store)
      const unchanged = observing(store, threadId)
      const again = creating(threadId, { source: 'exec' })
      await rejects(() => store.createThread(again), 'CONFLICT already-live', unchanged)
      await rejects(() => store.resumeThread({ threadId }), 'CONFLICT already-live', unchanged)
      await store.appendItems({ threadId, items: [userMessage('still live')] })
      equal(await conversationOf(store, threadId), [...messages(2), userMessage('still live')])
    },
  },
  {
    id: 'life.create-twice-cold',
    title: 'a stored thread is not created again',
    requirements: ['LIFE-4'],
    set: 'smoke',
    run: async (context, store) => {
      const cold = await coldThread(context, store)
      const archived = await archivedThread(context, store)
      for (const threadId of [cold, archived]) {
        const again = creating(threadId, { source: 'exec' })
        const unchanged = observing(store, cold, archived)
        await rejects(() => store.createThread(again), 'CONFLICT already-exists', unchanged)
        const append = (): Promise<void> => store.appendItems({ threadId, items: messages(1) })
        await rejects(append, 'CONFLICT not-live', unchanged)
      }
    },
  },
  {
    id: 'life.resume-appends',
    title: 'what is appended after a resume comes after what was stored',
    requirements: ['LIFE-7'],
    set: 'smoke',
    run: async (context, store) => {
      const threadId = await coldThread(context, store)
      await store.resumeThread({ threadId })
      await store.appendItems({ threadId, items: [userMessage('after resume')] })
      equal(await conversationOf(store, threadId), [...messages(2), userMessage('after resume')])
    },
  },
  {
    id: 'life.resume-archived',
    title: 'an archived thread is resumed only with includeArchived, and stays archived',
    requirements: ['LIFE-8'],
    run: async (context, store) => {
      const threadId = await archivedThread(context, store)
      const before = await recordOf(store, threadId)
      await rejects(
        () => store.resumeThread({ threadId }),
        'INVALID_REQUEST archived',
        observing(store, threadId),
      )
      await store.resumeThread({ threadId, includeArchived: true })
      await store.appendItems({ threadId, items: [userMessage('archived and live')] })
      await store.shutdownThread({ threadId })
      equal(await recordOf(store, threadId), before)
      equal(await listedIds(store, { archived: true }), [threadId])
      equal((await conversationOf(store, threadId)).length, 3)
    },
  },
  {
    id: 'life.flush-readable',
    title: 'what was acknowledged before a flush is readable after it',
    requirements: ['LIFE-9'],
    set: 'smoke',
    run: async (context, store) => {
      const threadId = await liveThread(context, store)
      await store.appendItems({ threadId, items: [userMessage('flushed')] })
      await store.flushThread({ threadId })
      equal(await conversationOf(store, threadId), [...messages(2), userMessage('flushed')])
    },
  },
  {
    id: 'life.shutdown-keeps',
    title: 'shutdown keeps everything acknowledged and closes the writer',
    requirements: ['LIFE-10'],
    set: 'smoke',
    run: async (context, store) => {
      const threadId = await liveThread(context, store)
      await store.appendItems({ threadId, items: [userMessage('unflushed')] })
      await store.shutdownThread({ threadId })
      equal(await conversationOf(store, threadId), [...messages(2), userMessage('unflushed')])
      await refusesWrites(context, threadId)
    },
  },
  {
    id: 'life.discard-closes',
    title: 'a discarded writer cannot append any more',
    requirements: ['LIFE-11'],
    set: 'smoke',
    run: async (context, store) => {
      const threadId = await liveThread(context, store)
      await store.flushThread({ threadId })
      await store.discardThread({ threadId })
      await refusesWrites(context, threadId)
    },
  },
  {
    id: 'life.discard-keeps-durable',
    title: 'discard keeps what was flushed',
    requirements: ['LIFE-12'],
    run: async (context, store) => {
      const threadId = await liveThread(context, store)
      await store.flushThread({ threadId })
      const before = await recordOf(store, threadId)
      await store.discardThread({ threadId })
      equal(await conversationOf(store, threadId), messages(2))
      equal(await recordOf(store, threadId), before)
    },
  },
  {
    id: 'life.discard-idempotent',
    title: 'discard resolves again, for a cold thread and for an unknown one',
    requirements: ['LIFE-13'],
    run: async (context, store) => {
      const threadId = await liveThread(context, store)
      await store.flushThread({ threadId })
      await store.discardThread({ threadId })
      const cold = await coldThread(context, store)
      const unknown = context.threadId()
      const before = await observe(store, threadId, cold, unknown)
      for (const each of [threadId, cold, unknown]) await store.discardThread({ threadId: each })
      equal(await observe(store, threadId, cold, unknown), before)
    },
  },
  {
    id: 'life.not-live',
    title: 'append, persist, flush and shutdown need the live writer',
    requirements: ['LIFE-15'],
    set: 'smoke',
    run: async (context) => refusesWrites(context, await coldThread(context, context.store)),
  },
  {
    id: 'life.resume-after-discard',
    title: 'a thread is resumed after shutdown and after discard',
    requirements: ['LIFE-16'],
    run: async (context, store) => {
      const threadId = await coldThread(context, store)
      await store.resumeThread({ threadId })
      await store.appendItems({ threadId, items: messages(1, 'once') })
      await store.flushThread({ threadId })
      await store.discardThread({ threadId })
      await store.resumeThread({ threadId })
      await store.appendItems({ threadId, items: messages(1, 'twice') })
      await store.shutdownThread({ threadId })
      equal(await conversationOf(store, threadId), [
        ...messages(2),
        ...messages(1, 'once'),
        ...messages(1, 'twice'),
      ])
    },
  },
  {
    id: 'life.close-twice',
    title: 'close may be called again, and afterwards nothing else',
    requirements: ['LIFE-17', 'LIFE-18'],
    set: 'smoke',
    run: async (context, store) => {
      const threadId = await liveThread(context, store)
      await store.close()
      await under('LIFE-17', () => store.close())
      await under('LIFE-18', async () => {
        const closed = 'INVALID_REQUEST store-closed'
        await rejects(() => store.readThread({ threadId }), closed)
        await rejects(() => store.listThreads({ pageSize: 1 }), closed)
        await rejects(() => store.appendItems({ threadId, items: messages(1) }), closed)
      })
    },
  },
  {
    id: 'life.dispose-closes',
    title: 'disposing of a store closes it',
    requirements: ['LIFE-23'],
    run: async ({ store }) => {
      await store[Symbol.asyncDispose]()
      await rejects(() => store.listThreads({ pageSize: 1 }), 'INVALID_REQUEST store-closed')
    },
  },
  {
    id: 'life.close-meanwhile',
    title: 'calls that are under way when the handle is closed are answered',
    requirements: ['LIFE-25'],
    run: async (context, store) => {
      const threadId = await coldThread(context, store)
      const read = async (): Promise<number> => (await store.loadHistory({ threadId })).items.length
      // More than a store may have connections, so that some have not begun.
      const reads = Array.from({ length: 12 }, () => outcomeOf(read()))
      await store.close()
      const answers = [{ resolved: 3 }, { rejected: 'INVALID_REQUEST store-closed' }]
      for (const outcome of await Promise.all(reads)) {
        const isAnswer = answers.some((answer) => isDeepStrictEqual(outcome, answer))
        holds(isAnswer, `the history, or store-closed, and not ${JSON.stringify(outcome)}`)
      }
    },
  },
  {
    id: 'life.writers-apart',
    title: 'closing the writer of one thread leaves the others live',
    requirements: ['LIFE-24'],
    run: async (context, store) => {
      const [one, two, three] = [
        await liveThread(context, store),
        await liveThread(context, store),
        await liveThread(context, store),
      ]
      await store.shutdownThread({ threadId: one })
      await store.flushThread({ threadId: two })
      await store.discardThread({ threadId: two })
      await store.appendItems({ threadId: three, items: messages(1, 'alive') })
      equal(await conversationOf(store, three), [...messages(2), ...messages(1, 'alive')])
    },
  },
]

async function refusesWrites({ store }: CaseContext, threadId: string): Promise<void> {
  const unchanged = observing(store, threadId)
  const notLive = 'CONFLICT not-live'
  await rejects(() => store.appendItems({ threadId, items: messages(1) }), notLive, unchanged)
  await rejects(() => store.persistThread({ threadId }), notLive, unchanged)
  await rejects(() => store.flushThread({ threadId }), notLive, unchanged)
  await rejects(() => store.shutdownThread({ threadId }), notLive, unchanged)
}

function payloadOf(item: RolloutItem | undefined): Record<string, unknown> {
  return isJsonObject(item?.payload) ? item.payload : {}
}

/** What everything is that the params did not say. */
function defaults(threadId: string): object {
  return withoutTimes(importedRecord(threadId, { preview: '' }))
}
