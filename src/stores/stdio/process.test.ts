import { describe, expect, test } from 'vitest'
import { systemClock } from '../../host/clock.js'
import { adapterSubject } from './adapter-subject.js'
import { openStdioStore, startAdapter } from './start-adapter.js'

/** An adapter in a few lines of JavaScript, given the lines it was sent. */
function node(script: string, ...more: readonly string[]) {
  return { command: process.execPath, args: ['-e', script, ...more] }
}

const greeting = `{"id":1,"ok":{"protocol":1,"name":"x","version":null,"doors":[]}}`
const greets = `process.stdin.once('data', () => console.log('${greeting}'));`
const goesOn = `process.stdin.resume();`

describe('startAdapter', () => {
  test('names a program that does not exist', async () => {
    await expect(startAdapter({ command: '/nonexistent/adapter' })).rejects.toMatchObject({
      code: 'RETRYABLE',
      message: expect.stringMatching(/^adapter "\/nonexistent\/adapter" could not be started/),
    })
  })

  test('shows how an adapter ended and what it said last', async () => {
    const dies = node(`console.error('no database'); process.exitCode = 7; process.stdin.unref()`)
    await expect(startAdapter(dies)).rejects.toThrow(
      /ended with exit code 7 \(stderr: no database\) before it answered \$hello/,
    )
  })

  test('ends an adapter that writes something else than answers', async () => {
    const chats = node(`console.log('ready'); ${goesOn}`)
    await expect(startAdapter(chats)).rejects.toThrow('wrote a line that is no answer: "ready"')
  })

  test('passes stderr on as it comes', async () => {
    const heard: string[] = []
    const logs = node(`console.error('hello'); ${greets}`)
    await using adapter = await startAdapter({ ...logs, onStderr: (text) => heard.push(text) })
    await adapter.close()
    expect(heard.join('')).toBe('hello\n')
  })

  test('hands over directory and environment', async () => {
    const says = node(`console.error(process.cwd(), process.env.COLOUR); ${greets}`)
    let heard = ''
    const onStderr = (text: string): void => void (heard += text)
    const adapter = await startAdapter({ ...says, cwd: '/', env: { COLOUR: 'blue' }, onStderr })
    await adapter.close()
    expect(heard).toBe('/ blue\n')
  })
})

describe('a running adapter', () => {
  test('is gone once it was killed, together with what it started', async () => {
    const script = `${greets} ${goesOn}`
    const shell = ['-c', `"$0" -e "$1"; true`, process.execPath, script]
    const adapter = await startAdapter({ command: '/bin/sh', args: shell })
    expect(adapter.running).toBe(true)
    const opening = adapter.open({ scope: null })
    await adapter.kill()
    await expect(opening).rejects.toThrow('was ended by SIGKILL before it answered $open')
    expect(adapter.running).toBe(false)
    await adapter.kill()
    await adapter.close()
  })

  test('is killed when it does not end on its own', async () => {
    const stays = node(`${greets} ${goesOn} setInterval(() => {}, 1000)`)
    const adapter = await startAdapter({ ...stays, closeGraceMs: 50 })
    await adapter.close()
    expect(adapter.running).toBe(false)
  })
})

test('an adapter that was closed leaves nothing to wait for', async () => {
  let waiting = 0
  const clock = {
    now: () => 0,
    sleep: async (ms: number, signal?: AbortSignal) => {
      waiting += 1
      await systemClock.sleep(ms, signal).finally(() => {
        waiting -= 1
      })
    },
  }
  const adapter = await startAdapter({ ...node(greets), clock })
  await adapter.close()
  await new Promise(setImmediate)
  expect(waiting).toBe(0)
})

test('an adapter that has died is started again once, whoever asks', async () => {
  const dies = `${greets} process.stdin.on('data', (line) => line.includes('$open') && process.exit(3))`
  let starts = 0
  const onStderr = (text: string): void => void (starts += text.length)
  const subject = await adapterSubject({ ...node(`console.error(''); ${dies}`), onStderr })
  const open = (scope: string): Promise<unknown> =>
    Promise.resolve(subject.open({ scope })).catch((reason: unknown) => String(reason))
  expect(await open('a')).toMatch(/ended with exit code 3/)
  await Promise.all([open('b'), open('c')])
  await subject[Symbol.asyncDispose]()
  expect(starts).toBe(2)
})

describe('openStdioStore', () => {
  test('leaves no process behind when the store cannot be opened', async () => {
    const refusal = `{"id":2,"err":{"code":"INTERNAL","reason":"storage","message":"no disk"}}`
    const refuses = node(
      `let n = 0; process.stdin.on('data', () => console.log(n++ ? '${refusal}' : '${greeting}'))`,
    )
    await expect(openStdioStore(refuses)).rejects.toMatchObject({
      code: 'INTERNAL',
      message: 'no disk',
    })
  })
})
