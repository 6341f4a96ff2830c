import fc from 'fast-check'
import { expect, test } from 'vitest'
import { scriptedModelClient } from '../manager/index.js'
import { isJsonObject, type JsonObject } from '../protocol/json.js'
import { parseJson } from '../protocol/parse-json.js'
import { rpcNotificationProblem, rpcResultProblem } from '../protocol/validate-rpc.js'
import { openMemoryStore } from '../stores/memory/memory-thread-store.js'
import { fuzz, FUZZ_TIMEOUT_MS } from '../../test/support/fuzz.js'
import { AppServer } from './app-server.js'
import { methods } from './methods.js'

/** Values that are wrong in one way or another, and now and then right. */
function valueFrom(threadIds: readonly string[]): fc.Arbitrary<unknown> {
  return fc.oneof(
    fc.constantFrom(
      ...threadIds,
      '',
      '__proto__',
      '\u0000',
      '\ud800',
      'a\u2028b',
      -1,
      0,
      1,
      2 ** 53,
    ),
    fc.constantFrom(null, true, [], {}, 'disabled', 'asc', 'full', 'detached', '{"turnId":"x"}'),
    fc.constant([{ type: 'text', text: 'hello' }]),
    fc.constant({ type: 'custom', instructions: 'look' }),
    fc.jsonValue({ maxDepth: 3 }),
  )
}

const fields = [
  'threadId cursor limit name mode gitInfo numTurns includeTurns',
  'input turnId expectedTurnId target delivery history path items',
  'cwd ephemeral sortKey sourceKinds __proto__ constructor searchTerm',
].flatMap((line) => line.split(' '))

function lineFrom(threadIds: readonly string[]): fc.Arbitrary<string> {
  const value = valueFrom(threadIds)
  const params = fc.dictionary(fc.constantFrom(...fields), value, { maxKeys: 6 })
  const request = fc.record({
    id: fc.oneof(fc.integer(), fc.string(), value),
    method: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...methods.keys()) }, fc.string()),
    params: fc.oneof({ weight: 5, arbitrary: params }, value),
  })
  return fc.oneof(
    { weight: 8, arbitrary: request.map((message) => JSON.stringify(message)) },
    { weight: 1, arbitrary: fc.string() },
    { weight: 1, arbitrary: request.map((message) => JSON.stringify(message).slice(0, -3)) },
  )
}

/** What is wrong with the shape of what the server sent, given the line it answers. */
function shapeProblems(sent: readonly JsonObject[], line: string): (string | null)[] {
  const asked = parseJson(line)
  const method = isJsonObject(asked) ? asked['method'] : null
  return sent.map(({ method: told, params, result, error }) => {
    if (typeof told === 'string') return rpcNotificationProblem(told, params)
    if (isJsonObject(error)) return typeof error['message'] === 'string' ? null : 'no message'
    return typeof method === 'string' ? rpcResultProblem(method, result) : 'nobody asked'
  })
}

test('nothing a client says stops the server', { timeout: FUZZ_TIMEOUT_MS }, async () => {
  const server = new AppServer({
    store: openMemoryStore(),
    model: scriptedModelClient(() => ({ text: 'hello' })),
    config: { model: 'a-model' },
    cwd: '/',
  })
  const sent: JsonObject[] = []
  const connection = server.connect((message) => sent.push(message))
  const ask = async (id: string, method: string, params: JsonObject): Promise<JsonObject> => {
    await server.receive(connection, JSON.stringify({ id, method, params }))
    const answer = sent.find((message) => message['id'] === id)
    return isJsonObject(answer?.['result']) ? answer['result'] : {}
  }
  await ask('hello', 'initialize', { clientInfo: { name: 'fuzz', version: '1' } })
  const started = await ask('start', 'thread/start', {})
  const threadId = (started['thread'] as JsonObject)['id'] as string
  await ask('turn', 'turn/start', { threadId, input: [{ type: 'text', text: 'hello' }] })
  const hidden = await ask('hidden', 'thread/start', { ephemeral: true })
  const hiddenId = (hidden['thread'] as JsonObject)['id'] as string
  await fuzz<string>({
    name: 'requests',
    percent: 15,
    inputs: lineFrom([threadId, hiddenId]),
    async check(line) {
      sent.length = 0
      await server.receive(connection, line)
      const internal = sent.find(({ error }) => isJsonObject(error) && error['code'] === -32_603)
      expect(internal).toBeUndefined()
      const problems = shapeProblems(sent, line)
      expect(problems.filter((problem) => problem !== null)).toEqual([])
    },
  })
  sent.length = 0
  const listed = await ask('still there', 'thread/list', {})
  expect(Array.isArray(listed['data'])).toBe(true)
  expect(await server.close()).toBe(0)
})
