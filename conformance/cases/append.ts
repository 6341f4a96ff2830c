import { isoMillis } from '../../src/host/clock.js'
import type { RolloutItem } from '../../src/protocol/rollout-item.js'
import type { ThreadId } from '../../src/protocol/thread-id.js'
import { at, event, item, messages, turn, userMessage } from '../build/items.js'
import { creating } from '../build/params.js'
import { coldThread, liveThread } from '../build/threads.js'
import type { ConformanceCase } from '../case.js'
import { equal, holds, rejects, under } from '../expect.js'
import { conversationOf, observe, observing, recordOf } from '../observe.js'

/** What happens to items on their way in. */
export const appendCases: readonly ConformanceCase[] = [
  {
    id: 'append.order',
    title: 'items come back in the order in which they were appended',
    requirements: ['APPEND-1'],
    set: 'smoke',
    run: async (context, store) => {
      const threadId = await liveThread(context, store, { items: messages(3, 'first') })
      await store.appendItems({ threadId, items: messages(1, 'second') })
      await store.appendItems({ threadId, items: messages(4, 'third') })
      equal(await conversationOf(store, threadId), [
        ...messages(3, 'first'),
        ...messages(1, 'second'),
        ...messages(4, 'third'),
      ])
    },
  },
  {
    id: 'append.many',
    title: 'a thousand items in many calls of uneven size come back complete and in order',
    requirements: ['APPEND-1'],
    run: async (context, store) => {
      const items = messages(1_000)
      const threadId = await liveThread(context, store, { items: items.slice(0, 1) })
      const sizes = [...Array.from({ length: 70 }, () => 1), 7, 152, 769, 1]
      let stored = 1
      for (const size of sizes) {
        await store.appendItems({ threadId, items: items.slice(stored, stored + size) })
        stored += size
      }
      equal(await conversationOf(store, threadId), items)
    },
  },
  {
    id: 'append.deep-equal',
    title: 'an item comes back deep-equal, with its own timestamp',
    requirements: ['APPEND-2'],
    set: 'smoke',
    run: async (context, store) => {
      const items = turn('turn-1', 'what is a thread?')
      const threadId = await liveThread(context, store, { items })
      equal(await conversationOf(store, threadId), items)
    },
  },
  {
    id: 'append.odd-timestamps',
    title: 'a timestamp that is given is kept as it is spelled',
    requirements: ['APPEND-2'],
    run: async (context, store) => {
      const spellings = ['2026-11-22T12:00:00Z', '1999-12-31T23:59:59.999999Z', 'yesterday', '']
      const items = spellings.map((timestamp) => userMessage('when?', timestamp))
      const threadId = await liveThread(context, store, { items })
      equal(await conversationOf(store, threadId), items)
    },
  },
  {
    id: 'append.stamps-missing-timestamp',
    title: 'an item without a timestamp is stamped with the time of the append',
    requirements: ['APPEND-3'],
    run: async (context, store) => {
      const { limits } = context
      const bare: RolloutItem = {
        type: 'event_msg',
        payload: { type: 'user_message', message: 'hi' },
      }
      const before = context.now()
      const threadId = await liveThread(context, store, { items: [bare] })
      const after = context.now()
      const [stored] = await conversationOf(store, threadId)
      const { timestamp, ...rest } = stored ?? { type: 'nothing' }
      equal(rest, bare)
      const earliest = isoMillis(before - limits.clockSkewMs)
      const latest = isoMillis(after + limits.clockSkewMs)
      const inTime = timestamp !== undefined && timestamp >= earliest && timestamp <= latest
      holds(inTime, `the timestamp ${timestamp} is between ${earliest} and ${latest}`)
      equal(await conversationOf(store, threadId), [stored], 'the stamp is the same in every read')
    },
  },
  {
    id: 'append.unknown-types',
    title: 'items of unknown type and unknown fields are kept',
    requirements: ['APPEND-4'],
    run: async (context, store) => {
      const items: RolloutItem[] = [
        item('hologram', { depth: 3, layers: ['a', null] }),
        { ...userMessage('hello'), metadata: { rating: 5 }, flags: [true, false] },
        event('telepathy_received', { from: 'nobody' }),
        { timestamp: at(0), type: 'no_payload' },
        { timestamp: at(0), type: '', payload: null },
      ]
      const threadId = await liveThread(context, store, { items })
      equal(await conversationOf(store, threadId), items)
    },
  },
  {
    id: 'append.no-metadata',
    title: 'appending changes no field of the record, whatever the items say',
    requirements: ['APPEND-5'],
    set: 'smoke',
    run: async (context, store) => {
      const threadId = await liveThread(context, store, {
        patch: { updatedAt: at(-86_400), preview: 'as patched', name: 'kept' },
      })
      const before = await recordOf(store, threadId)
      await store.appendItems({ threadId, items: telling(threadId) })
      await store.flushThread({ threadId })
      equal(await recordOf(store, threadId), before)
      await store.shutdownThread({ threadId })
      equal(await recordOf(store, threadId), before, 'after shutdown')
    },
  },
  {
    id: 'append.no-metadata-after-resume',
    title: 'appending to a resumed thread changes no field of its record',
    requirements: ['APPEND-12'],
    run: async (context, store) => {
      const threadId = await coldThread(context, store, { patch: { updatedAt: at(-86_400) } })
      const before = await recordOf(store, threadId)
      await store.resumeThread({ threadId })
      equal(await recordOf(store, threadId), before, 'after resume')
      await store.appendItems({ threadId, items: telling(threadId) })
      await store.shutdownThread({ threadId })
      equal(await recordOf(store, threadId), before)
    },
  },
  {
    id: 'append.all-or-nothing',
    title: 'a batch with one item that cannot be stored is refused whole',
    requirements: ['APPEND-6'],
    set: 'smoke',
    run: async (context, store) => {
      const threadId = await liveThread(context, store)
      const broken = { timestamp: at(0), type: 'event_msg', payload: { n: Number.NaN } }
      const items = [userMessage('before'), broken, userMessage('after')]
      await rejects(
        () => store.appendItems({ threadId, items }),
        'INVALID_REQUEST invalid-item',
        observing(store, threadId),
      )
    },
  },
  {
    id: 'append.empty-batch',
    title: 'appending no items changes nothing',
    requirements: ['APPEND-7'],
    run: async (context, store) => {
      const threadId = await liveThread(context, store)
      const before = await observe(store, threadId)
      await store.appendItems({ threadId, items: [] })
      equal(await observe(store, threadId), before)
    },
  },
  {
    id: 'append.no-deduplication',
    title: 'what is appended twice comes back twice',
    requirements: ['APPEND-8'],
    run: async (context, store) => {
      const same = userMessage('again')
      const threadId = await liveThread(context, store, { items: [same, same] })
      await store.appendItems({ threadId, items: [same] })
      equal(await conversationOf(store, threadId), [same, same, same])
    },
  },
  {
    id: 'append.copies-input',
    title: 'changing an item after it was appended does not reach the store',
    requirements: ['APPEND-9'],
    run: async (context, store) => {
      const payload = { type: 'user_message', message: 'original', images: ['one'] }
      const mine = { timestamp: at(0), type: 'event_msg', payload }
      const items = [mine]
      const threadId = await liveThread(context, store, { items })
      payload.message = 'changed'
      payload.images.push('two')
      mine.type = 'compacted'
      items.push(mine)
      const original = { type: 'user_message', message: 'original', images: ['one'] }
      equal(await conversationOf(store, threadId), [
        { timestamp: at(0), type: 'event_msg', payload: original },
      ])
    },
  },
  {
    id: 'append.one-thread',
    title: 'an append reaches one thread and no other',
    requirements: ['APPEND-10'],
    set: 'smoke',
    run: async (context, store) => {
      const one = await liveThread(context, store, { items: messages(1, 'one') })
      const other = await liveThread(context, store, { items: messages(1, 'other') })
      await store.appendItems({ threadId: one, items: messages(2, 'more') })
      equal(await conversationOf(store, other), messages(1, 'other'))
      equal(await conversationOf(store, one), [...messages(1, 'one'), ...messages(2, 'more')])
    },
  },
  {
    id: 'append.similar-ids',
    title: 'threads whose ids differ in one character have nothing in common',
    requirements: ['APPEND-10', 'META-24'],
    run: async (context, store) => {
      const id = context.threadId()
      const ids = [id, ...[0, 12, 35].map((index) => withOtherDigit(id, index))]
      for (const [index, threadId] of ids.entries()) {
        await store.createThread(creating(threadId))
        await store.appendItems({ threadId, items: messages(1, `thread ${index}`) })
        await store.updateThreadMetadata({ threadId, patch: { name: `thread ${index}` } })
      }
      for (const [index, threadId] of ids.entries()) {
        const items = await conversationOf(store, threadId)
        await under('APPEND-10', () => equal(items, messages(1, `thread ${index}`)))
        const { name } = await recordOf(store, threadId)
        await under('META-24', () => equal(name, `thread ${index}`))
      }
    },
  },
]

/** The id with another hexadecimal digit in one place. */
function withOtherDigit(id: ThreadId, index: number): ThreadId {
  const digit = id[index] === '0' ? '1' : '0'
  return id.slice(0, index) + digit + id.slice(index + 1)
}

/** Items from which a store that meddles would derive almost every field of the record. */
function telling(threadId: string): RolloutItem[] {
  return [
    item('session_meta', {
      id: threadId,
      timestamp: at(9),
      cwd: '/elsewhere',
      cli_version: '9.9.9',
      source: 'exec',
      model_provider: 'other',
      agent_nickname: 'Nick',
      memory_mode: 'disabled',
      git: { commit_hash: 'f00', branch: 'told', repository_url: 'https://example.com/told.git' },
    }),
    ...turn('turn-9', 'a preview, a title and a first message'),
    event('thread_name_updated', { thread_id: threadId, thread_name: 'told' }),
  ]
}
