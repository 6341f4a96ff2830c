import assert from 'node:assert/strict'
import type { JsonObject } from '../../../src/protocol/json.js'
import type { AppServerClient } from '../app-server-client.js'
import type { FlowCase } from '../flow-case.js'
import { itemsOf, read, refused, story, talkedThread, turnsOf } from '../steps.js'

const target = { type: 'custom', instructions: 'look at it' }

export const reviewCases: readonly FlowCase[] = [
  {
    id: 'review.inline',
    title: 'an inline review is a turn that enters and leaves review mode',
    requirements: ['FLOW-35'],
    run: async ({ client }) => {
      const threadId = await talkedThread(client)
      const from = client.messages.length
      const result = await client.request('review/start', { threadId, target })
      const turn = result['turn'] as JsonObject
      assert.equal(result['reviewThreadId'], threadId)
      const [shown] = itemsOf(turn)
      assert.deepEqual(shown?.['content'], [
        { type: 'text', text: 'look at it', text_elements: [] },
      ])
      const ended = await client.notification('turn/completed', threadId, from)
      assert.equal((ended['turn'] as JsonObject)['id'], turn['id'])
      const told = story(client, from)
      assert.equal(told[0], 'response')
      assert.ok(told.includes('item/completed enteredReviewMode'), told.join(', '))
      assert.ok(told.includes('item/completed exitedReviewMode'), told.join(', '))
      const types = turnsOf(await read(client, threadId))
        .flatMap(itemsOf)
        .map(({ type }) => type)
      assert.ok(types.includes('enteredReviewMode') && types.includes('exitedReviewMode'))
    },
  },
  {
    id: 'review.detached-order',
    title: 'a detached review is announced before it is answered for, and leaves its parent alone',
    requirements: ['FLOW-36'],
    run: async ({ client }) => {
      const threadId = await talkedThread(client, ['one'])
      const { reviewThreadId, told } = await reviewed(client, threadId)
      assert.notEqual(reviewThreadId, threadId)
      assert.deepEqual(told.slice(0, 2), ['thread/started', 'response'])
      assert.equal(turnsOf(await read(client, threadId)).length, 1)
      const review = await read(client, reviewThreadId)
      assert.equal(review['forkedFromId'], threadId)
      const types = turnsOf(review)
        .flatMap(itemsOf)
        .map(({ type }) => type)
      assert.ok(types.includes('exitedReviewMode'), JSON.stringify(types))
    },
  },
  {
    id: 'review.detached-place',
    title: 'a detached review stands where its parent stands',
    requirements: ['FLOW-37'],
    run: async ({ client, project }) => {
      const threadId = await talkedThread(client, ['one'], { cwd: await project() })
      const gitInfo = { branch: 'feature' }
      await client.request('thread/metadata/update', { threadId, gitInfo })
      const parent = await read(client, threadId)
      const { reviewThreadId } = await reviewed(client, threadId)
      const review = await read(client, reviewThreadId)
      assert.equal(review['cwd'], parent['cwd'], 'the directory is kept')
      assert.deepEqual(review['gitInfo'], parent['gitInfo'])
    },
  },
  {
    id: 'review.empty',
    title: 'a review of nothing is refused by name',
    requirements: ['FLOW-38'],
    run: async ({ client }) => {
      const threadId = await talkedThread(client)
      const start = (wanted: JsonObject): JsonObject => ({ threadId, target: wanted })
      const empty = ' '
      await refused(
        client,
        'review/start',
        start({ type: 'custom', instructions: empty }),
        'instructions must not be empty',
      )
      await refused(
        client,
        'review/start',
        start({ type: 'baseBranch', branch: empty }),
        'branch must not be empty',
      )
      await refused(
        client,
        'review/start',
        start({ type: 'commit', sha: empty }),
        'sha must not be empty',
      )
    },
  },
]

async function reviewed(
  client: AppServerClient,
  threadId: string,
): Promise<{ readonly reviewThreadId: string; readonly told: readonly string[] }> {
  const from = client.messages.length
  const result = await client.request('review/start', { threadId, target, delivery: 'detached' })
  const reviewThreadId = result['reviewThreadId'] as string
  await client.notification('turn/completed', reviewThreadId, from)
  return { reviewThreadId, told: story(client, from) }
}
