import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ThreadStore } from '../../src/index.js'
import {
  createHttpThreadServer,
  type HttpThreadServer,
  parseTokenList,
} from '../../src/stores/http/http-thread-server.js'
import { MemoryStorage, openMemoryStore } from '../../src/stores/memory/memory-thread-store.js'
import { type Browser, type BrowserPage, startChromium } from './chromium.js'

const token = 'a-token'
/** What no page can hold, and what would turn the text around it, is shown as an escape. */
const asShown = (text: string): string =>
  text.replaceAll('\u0000', '\\u{0}').replaceAll('\u202e', '\\u{202e}')

const hostile = [
  `<script>window.hacked = 1</script>`,
  `<img src=x onerror="window.hacked = 1">`,
  `"><svg onload=window.hacked=1>`,
  `</title></bdi></main><iframe srcdoc="<script>parent.hacked = 1</script>">`,
  `javascript:window.hacked=1`,
  `{{constructor.constructor('window.hacked=1')()}}`,
  `\u202egnp.exe\u0000&lt;b&gt;`,
]

/** The thread with more turns than a page shows. */
const LONG = 60
const LONG_TURNS = 45

const storage = new MemoryStorage()
let browser: Browser
let server: HttpThreadServer
let url = ''

beforeAll(async () => {
  await using store = openMemoryStore({ storage })
  for (const [index, text] of hostile.entries()) await addThread(store, index, text)
  for (let index = hostile.length; index < 60; index += 1) {
    await addThread(store, index, `Thread number ${index}`)
  }
  await addTurns(store, LONG_TURNS)
  await store.archiveThread({ threadId: idOf(LONG) })
  await store.archiveThread({ threadId: idOf(59) })
  const sha256 = createHash('sha256').update(token).digest('hex')
  const tokens = [{ id: 'people', sha256, scopes: ['read'] }]
  const list = parseTokenList(JSON.stringify({ tokens }))
  server = await createHttpThreadServer({
    open: () => Promise.resolve(openMemoryStore({ storage })),
    tokens: { find: (text) => Promise.resolve(list.find(text)) },
  })
  url = await server.listen({ port: 0 })
  browser = await startChromium()
}, 300_000)

afterAll(async () => {
  await browser?.close()
  await server?.close()
})

function idOf(index: number): string {
  return `01a20320-6d70-7852-b50d-7785b67c${index.toString(16).padStart(4, '0')}`
}

async function addThread(store: ThreadStore, index: number, text: string): Promise<void> {
  const threadId = idOf(index)
  await store.createThread({
    threadId,
    source: 'cli',
    metadata: { cwd: text, modelProvider: text },
  })
  const event = (payload: object): { type: string; payload: never } => ({
    type: 'event_msg',
    payload: payload as never,
  })
  await store.appendItems({
    threadId,
    items: [
      event({ type: 'task_started', turn_id: `turn ${text}` }),
      event({ type: 'user_message', message: text }),
      { type: 'response_item', payload: { type: 'function_call', arguments: text } },
      event({ type: 'agent_message', message: `You said: ${text}` }),
      event({ type: 'error', message: text }),
      event({ type: 'task_complete', turn_id: `turn ${text}` }),
    ],
  })
  await store.shutdownThread({ threadId })
  const updatedAt = `2026-11-22T10:${String(59 - index).padStart(2, '0')}:00.000Z`
  await store.updateThreadMetadata({ threadId, patch: { name: text, model: text, updatedAt } })
}

async function addTurns(store: ThreadStore, count: number): Promise<void> {
  const threadId = idOf(LONG)
  await store.createThread({
    threadId,
    source: 'cli',
    metadata: { cwd: '/', modelProvider: 'mock' },
  })
  const items = Array.from({ length: count }, (_, index) => [
    { type: 'event_msg', payload: { type: 'task_started', turn_id: `turn ${index}` } },
    { type: 'event_msg', payload: { type: 'user_message', message: `Question ${index}` } },
    { type: 'event_msg', payload: { type: 'task_complete', turn_id: `turn ${index}` } },
  ]).flat()
  await store.appendItems({ threadId, items })
  await store.shutdownThread({ threadId })
}

/** A page, and everything that went wrong on it. */
async function openPage(): Promise<{ readonly page: BrowserPage; readonly wrong: unknown[] }> {
  const page = await browser.newPage({ httpCredentials: { username: '', password: token } })
  const wrong: unknown[] = []
  page.on('dialog', (dialog) => wrong.push(dialog))
  page.on('pageerror', (error) => wrong.push(error))
  page.on('console', (message) => wrong.push(String((message as { text(): string }).text())))
  return { page, wrong }
}

const isUnharmed = `window.hacked === undefined && document.scripts.length === 0 &&
  document.querySelectorAll('img, svg, iframe, [onload], [onerror]').length === 0`

test('threads are listed, with whatever is in their names as text', async () => {
  const { page, wrong } = await openPage()
  await page.goto(url)
  const names = await page.evaluate<string[]>(
    `[...document.querySelectorAll('ol.threads a')].map((link) => link.textContent)`,
  )
  expect(names).toHaveLength(50)
  expect(names.slice(0, hostile.length)).toEqual(hostile.map(asShown))
  expect(await page.evaluate(isUnharmed)).toBe(true)
  await page.click('a[rel=next]')
  expect(await page.evaluate(`document.querySelectorAll('ol.threads li').length`)).toBe(9)
  expect(wrong).toEqual([])
})

test.each(hostile.map((text, index) => [index, text] as const))(
  'thread %i shows its turns as text: %j',
  async (index, text) => {
    const { page, wrong } = await openPage()
    await page.goto(`${url}/threads/${idOf(index)}`)
    const shown = asShown(text)
    expect(await page.textContent('h1')).toBe(shown)
    expect(await page.textContent('.user')).toBe(shown)
    expect(await page.textContent('.agent')).toBe(`You said: ${shown}`)
    await page.click('details summary')
    expect(await page.evaluate(isUnharmed)).toBe(true)
    expect(wrong).toEqual([])
  },
)

test('threads are searched, and the archived ones are found when asked for', async () => {
  const { page } = await openPage()
  await page.goto(url)
  await page.fill('input[name=q]', 'NUMBER 42')
  await page.click('button')
  expect(await page.textContent('ol.threads')).toContain('Thread number 42')
  expect(await page.evaluate(`document.querySelectorAll('ol.threads li').length`)).toBe(1)
  await page.fill('input[name=q]', '')
  await page.click('input[name=archived]')
  await page.click('button')
  expect(await page.textContent('ol.threads')).toContain('Thread number 59')
})

test('a search that finds nothing says what it has looked for, and a later page leads back', async () => {
  const { page } = await openPage()
  await page.goto(`${url}/?q=%3Cb%3Enowhere`)
  expect(await page.textContent('main p')).toBe(
    'No thread has “<b>nowhere” in its name or at its beginning.',
  )
  expect(await page.title()).toBe('<b>nowhere · Threads · threadstore')
  await page.goto(url)
  await page.click('a[rel=next]')
  await page.click('a[rel=first]')
  expect(await page.evaluate(`document.querySelectorAll('ol.threads li').length`)).toBe(50)
})

test('a long thread is read from either end', async () => {
  const { page } = await openPage()
  await page.goto(`${url}/threads/${idOf(LONG)}`)
  const headings = `[...document.querySelectorAll('h2 bdi')].map((id) => id.textContent)`
  expect(await page.evaluate<string[]>(headings)).toHaveLength(20)
  await page.click('a[rel=alternate]')
  expect((await page.evaluate<string[]>(headings))[0]).toBe(`turn ${LONG_TURNS - 1}`)
  await page.click('a[rel=next]')
  expect((await page.evaluate<string[]>(headings))[0]).toBe(`turn ${LONG_TURNS - 21}`)
  await page.click('a[rel=first]')
  expect((await page.evaluate<string[]>(headings))[0]).toBe(`turn ${LONG_TURNS - 1}`)
})

test('no script runs, whoever adds it', async () => {
  const { page } = await openPage()
  await page.goto(url)
  await expect(page.addScriptTag({ content: 'window.hacked = 1' })).rejects.toThrow(
    /Content Security Policy/,
  )
  expect(await page.evaluate(`window.hacked === undefined`)).toBe(true)
})

test('nothing is shown without a token, nor of threads that are not there', async () => {
  const stranger = await browser.newPage()
  expect((await stranger.goto(url).catch(() => null))?.status() ?? 401).toBe(401)
  const { page } = await openPage()
  const answer = await page.goto(`${url}/threads/01a20320-6d70-7852-b50d-ffffffffffff`)
  expect(answer?.status()).toBe(404)
  expect(await page.textContent('h1')).toBe('There is no such thread.')
})

test('the style is applied', async () => {
  const { page } = await openPage()
  await page.goto(`${url}/threads/${idOf(0)}`)
  const border = await page.evaluate<string>(
    `getComputedStyle(document.querySelector('.user')).borderLeftWidth`,
  )
  expect(border).toBe('3px')
  const shots = process.env['THREADSTORE_SCREENSHOTS']
  if (shots === undefined) return
  await page.screenshot({ path: `${shots}/thread.png`, fullPage: true })
  await page.goto(url)
  await page.screenshot({ path: `${shots}/list.png`, fullPage: true })
})
