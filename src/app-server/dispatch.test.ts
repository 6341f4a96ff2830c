import { describe, expect, test } from 'vitest'
import { scriptedModelClient } from '../manager/index.js'
import type { JsonObject } from '../protocol/json.js'
import { openMemoryStore } from '../stores/memory/memory-thread-store.js'
import { AppServer } from './app-server.js'

interface Peer {
  readonly sent: JsonObject[]
  say(line: string): Promise<JsonObject | undefined>
}

async function introduced(): Promise<Peer> {
  const server = new AppServer({
    store: openMemoryStore(),
    model: scriptedModelClient(() => ({ text: 'hello' })),
    config: { model: 'a-model' },
    cwd: '/',
  })
  const sent: JsonObject[] = []
  const connection = server.connect((message) => sent.push(message))
  const say = async (line: string): Promise<JsonObject | undefined> => {
    sent.length = 0
    await server.receive(connection, line)
    return sent[0]
  }
  const clientInfo = { name: 'test', version: '1' }
  await say(JSON.stringify({ id: 0, method: 'initialize', params: { clientInfo } }))
  return { sent, say }
}

describe('dispatch', () => {
  test.each([
    'garbage',
    '',
    '[]',
    'null',
    '{}',
    '{"id":1,"result":{}}',
    '{"id":null,"method":"thread/list"}',
    '{"id":1.5,"method":"thread/list"}',
    '{"method":"thread/list"}',
  ])('does not answer %j, which has no id to answer under', async (line) => {
    const peer = await introduced()
    expect(await peer.say(line)).toBeUndefined()
  })

  test.each([
    ['{"id":1,"method":5}', 'Invalid request: method is missing or no text'],
    ['{"id":1,"method":"thread/list"}', 'Invalid request: missing field `params`'],
    ['{"id":1,"method":"thread/list","params":[]}', 'Invalid request: params must be object'],
    ['{"id":1,"method":"thread/read","params":{}}', 'Invalid request: missing field `threadId`'],
    [
      '{"id":1,"method":"thread/read","params":{"threadId":5}}',
      'Invalid request: threadId must be string',
    ],
  ])('refuses %s', async (line, message) => {
    const peer = await introduced()
    expect(await peer.say(line)).toEqual({ id: 1, error: { code: -32_600, message } })
  })

  test('names the methods there are when it does not know one', async () => {
    const peer = await introduced()
    const { error } = (await peer.say('{"id":"a","method":"no/such","params":{}}')) ?? {}
    expect(error).toMatchObject({
      code: -32_600,
      message: expect.stringMatching(/unknown variant `no\/such`, expected one of `initialize`, /),
    })
  })

  test('takes the names of methods from its table alone', async () => {
    const peer = await introduced()
    const { error } = (await peer.say('{"id":1,"method":"__proto__","params":{}}')) ?? {}
    expect(error).toMatchObject({ code: -32_600 })
  })
})
