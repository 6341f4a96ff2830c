import { PassThrough } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { scriptedModelClient } from '../manager/index.js'
import { parseJson } from '../protocol/parse-json.js'
import { openMemoryStore } from '../stores/memory/memory-thread-store.js'
import { AppServer } from './app-server.js'
import { serveStdio } from './stdio.js'

const request = (id: number, method: string, params: object): string =>
  `${JSON.stringify({ id, method, params })}\n`
const hello = request(1, 'initialize', { clientInfo: { name: 'test', version: '1' } })

function serving(output = new PassThrough()) {
  const server = new AppServer({
    store: openMemoryStore(),
    model: scriptedModelClient(() => ({ text: 'hello' })),
    config: { model: 'a-model' },
    cwd: '/',
  })
  const input = new PassThrough({ highWaterMark: 1 })
  return { input, output, served: serveStdio(server, input, output) }
}

async function ids(output: PassThrough): Promise<unknown[]> {
  const text = (await output.toArray()).join('')
  return text
    .trim()
    .split('\n')
    .map((line) => (parseJson(line) as { id: unknown }).id)
}

test('everything that was asked is answered before the end', async () => {
  const { input, output, served } = serving()
  input.end(hello + request(2, 'thread/list', {}) + request(3, 'thread/loaded/list', {}).trim())
  await served
  expect(await ids(output.end())).toEqual([1, 2, 3])
})

test('a client that does not read what it is told is not read from either', async () => {
  const { input, output, served } = serving(new PassThrough({ highWaterMark: 1 }))
  input.write(hello)
  while (!output.writableNeedDrain) await nextTurn()
  input.write(request(2, 'thread/list', {}))
  await expect.poll(() => input.readableLength + input.writableLength).toBe(0)
  input.end(request(3, 'thread/list', {}))
  for (let turn = 0; turn < 20; turn += 1) await nextTurn()
  expect(input.readableLength).toBeGreaterThan(0)
  const told = ids(output)
  await served
  output.end()
  expect(await told).toEqual([1, 2, 3])
})

test('what is being answered is waited for when reading is broken off', async () => {
  const { input, output, served } = serving()
  input.write(hello)
  while (output.readableLength === 0) await nextTurn()
  input.write(request(2, 'thread/start', {}))
  await nextTurn()
  input.destroy()
  await expect(served).rejects.toThrow('Premature close')
  expect(await ids(output.end())).toContain(2)
})
