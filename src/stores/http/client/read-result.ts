import { splitLines } from '../../../history/split-lines.js'
import { parseJson } from '../../../protocol/parse-json.js'
import type { RolloutItem } from '../../../protocol/rollout-item.js'
import { ThreadStoreError } from '../../../store/errors.js'
import type { StoredThread, StoredThreadHistory } from '../../../store/records.js'
import type { StoreVerb } from '../../../store/thread-store.js'
import { resultProblem } from '../../../store/verb-results.js'
import { itemOfLine } from '../history-lines.js'
import { mediaTypes } from '../routes.js'
import { type HistoryHead, readWire } from '../wire.js'
import type { HttpResponse } from './http-transport.js'

/** The text of an answer. */
export async function readText({ body }: HttpResponse): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

/** Reads an answer to its end and expects nothing in it. */
export async function readNothing(response: HttpResponse): Promise<void> {
  await readText(response)
}

/** The JSON of an answer to a verb, if it is what the verb resolves to. */
export async function readJson(
  verb: Exclude<StoreVerb, 'exportThread'>,
  response: HttpResponse,
): Promise<unknown> {
  const value = parseJson(await readText(response))
  if (value === undefined) throw notOurs(verb, 'is not JSON')
  const problem = resultProblem(verb, value)
  if (problem !== null) throw notOurs(verb, problem)
  return value
}

/** The value of one of the service’s own forms. */
export async function readForm<Name extends Parameters<typeof readWire>[0]>(
  name: Name,
  what: string,
  response: HttpResponse,
): Promise<Extract<ReturnType<typeof readWire<Name>>, { readonly value: unknown }>['value']> {
  const read = readWire(name, await readText(response))
  if ('problem' in read) throw notOurs(what, `${read.problem.path} ${read.problem.message}`)
  return read.value
}

/** A history that comes line by line. */
export async function readHistory(response: HttpResponse): Promise<StoredThreadHistory> {
  const { head, items } = await readHeadAndItems('loadHistory', response, (line) => {
    const read = readWire('historyHead', line)
    if ('problem' in read) throw notOurs('loadHistory', read.problem.message)
    return { head: read.value, count: read.value.itemCount }
  })
  return historyOf(head, items)
}

/** A thread, with its history line by line when it was asked for. */
export async function readThread(response: HttpResponse): Promise<StoredThread> {
  const type = response.header('content-type') ?? ''
  if (!type.startsWith(mediaTypes.lines)) {
    return (await readJson('readThread', response)) as StoredThread
  }
  const { head, items } = await readHeadAndItems('readThread', response, (line) => {
    const read = readWire('threadHead', line)
    if ('problem' in read) throw notOurs('readThread', read.problem.message)
    return { head: read.value, count: read.value.history.itemCount }
  })
  return { ...head.thread, history: historyOf(head.history, items) }
}

async function readHeadAndItems<Head>(
  what: string,
  { body }: HttpResponse,
  readHead: (line: string) => { readonly head: Head; readonly count: number },
): Promise<{ readonly head: Head; readonly items: readonly RolloutItem[] }> {
  let begun: { readonly head: Head; readonly count: number } | null = null
  const items: RolloutItem[] = []
  for await (const { bytes } of splitLines(body)) {
    if (begun === null) {
      begun = readHead(bytes?.toString('utf8') ?? '')
      continue
    }
    const item = itemOfLine(bytes)
    if (item === null) throw notOurs(what, `line ${items.length + 2} is no item`)
    items.push(item)
  }
  if (begun === null) throw notOurs(what, 'is empty')
  if (items.length !== begun.count) {
    throw notOurs(what, `has ${items.length} items where ${begun.count} were announced`)
  }
  return { head: begun.head, items }
}

function historyOf(
  { threadId, position }: HistoryHead,
  items: readonly RolloutItem[],
): StoredThreadHistory {
  return { threadId, items, position }
}

/** An answer that no server of ours gives. */
export function notOurs(what: string, problem: string): ThreadStoreError {
  return new ThreadStoreError('INTERNAL', `the answer to ${what} is not one: ${problem.trim()}`, {
    reason: 'foreign-error',
  })
}
