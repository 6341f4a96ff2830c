import { parseRolloutLine } from '../../../history/rollout-line.js'
import { createLineSplitter } from '../../../history/split-lines.js'
import { parseJson } from '../../../protocol/parse-json.js'
import type { RolloutItem } from '../../../protocol/rollout-item.js'
import { ThreadStoreError } from '../../../store/errors.js'
import type { StoredThread, StoredThreadHistory } from '../../../store/records.js'
import type { StoreVerb } from '../../../store/thread-store.js'
import { resultProblem } from '../../../store/verb-results.js'
import { HttpStatus } from '../http-status.js'
import { mediaTypes } from '../routes.js'
import { type HistoryHead, readWire } from '../wire.js'
import { type HttpResponse, TransportError } from './http-transport.js'

/** The text of an answer. */
async function readText({ body }: HttpResponse): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

/** Reads an answer that says nothing but that it was done, which nobody else may say for the server. */
export async function readNothing(response: HttpResponse): Promise<void> {
  await readText(response)
  const { status } = response
  if (status === HttpStatus.noContent) return
  const why = `status ${status} where ${HttpStatus.noContent} was to come`
  throw new TransportError(why, { sent: true, timedOut: false })
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
    const history = headIn('historyHead', 'loadHistory', line)
    return { head: history, history }
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
    const thread = headIn('threadHead', 'readThread', line)
    return { head: thread, history: thread.history }
  })
  return { ...head.thread, history: historyOf(head.history, items) }
}

function headIn<Name extends 'historyHead' | 'threadHead'>(
  name: Name,
  what: string,
  line: string,
): Extract<ReturnType<typeof readWire<Name>>, { readonly value: unknown }>['value'] {
  const read = readWire(name, line)
  if ('problem' in read) throw notOurs(what, read.problem.message)
  return read.value
}

async function readHeadAndItems<Head>(
  what: string,
  { body }: HttpResponse,
  readHead: (line: string) => { readonly head: Head; readonly history: HistoryHead },
): Promise<{ readonly head: Head; readonly items: readonly RolloutItem[] }> {
  let begun: { readonly head: Head; readonly history: HistoryHead } | null = null
  let historyStart = 0
  let length = 0
  const items: RolloutItem[] = []
  const splitter = createLineSplitter(({ bytes, offset, length: lineLength }) => {
    if (begun === null) {
      begun = readHead(bytes?.toString('utf8') ?? '')
      historyStart = offset + lineLength + 1
      return
    }
    const line = bytes === null ? null : parseRolloutLine(bytes)
    if (line !== null && 'item' in line) items.push(line.item)
    else if (begun.history.itemCount !== null) throw notOurs(what, 'has a line that is no item')
  })
  for await (const chunk of body) {
    splitter.push(chunk)
    length += chunk.length
  }
  splitter.end()
  const { head, history } = begun ?? empty(what)
  requireWhole(what, history, { itemCount: items.length, byteCount: length - historyStart })
  return { head, items }
}

function empty(what: string): never {
  throw notOurs(what, 'is empty')
}

/** Something between us and the server may have cut the answer off and kept silent about it. */
function requireWhole(
  what: string,
  announced: Pick<HistoryHead, 'itemCount' | 'byteCount'>,
  came: { readonly itemCount: number; readonly byteCount: number },
): void {
  for (const count of ['itemCount', 'byteCount'] as const) {
    if (announced[count] === null || announced[count] === came[count]) continue
    throw notOurs(what, `has the ${count} ${came[count]} where ${announced[count]} was announced`)
  }
}

function historyOf(
  { threadId, position }: HistoryHead,
  items: readonly RolloutItem[],
): StoredThreadHistory {
  return { threadId, items, position }
}

/** An answer that no server of ours gives. */
function notOurs(what: string, problem: string): ThreadStoreError {
  return new ThreadStoreError('INTERNAL', `the answer to ${what} is not one: ${problem.trim()}`, {
    reason: 'foreign-error',
  })
}
