import type { ThreadId } from '../../../protocol/thread-id.js'
import type { HomeThread } from '../home-index.js'
import type { OpenHome } from '../open-home.js'

/** A thread, as people know it. */
export interface NamedThread {
  readonly threadId: ThreadId
  readonly name: string | null
  readonly preview: string
}

/** A text that means no thread, or several. */
export interface MissedThread {
  readonly thread: null
  /** Whether each of those near is what was asked for, so that nobody can tell which. */
  readonly ambiguous: boolean
  readonly near: readonly NamedThread[]
  /** The name that the index has for an id of which there is nothing else. */
  readonly indexName: string | null
}

const NEAR_MAX = 5

/** Digits of an id in which a typing error may show. */
const WRONG_DIGITS_MAX = 3

/** Finds a thread by its id, the beginning of its id that no other has, or its name. */
export async function findThread(
  home: OpenHome,
  asked: string,
): Promise<{ readonly thread: HomeThread } | MissedThread> {
  const text = asked.trim()
  const threads = await home.index.all()
  const byId = threads.get(text.toLowerCase())
  if (byId !== undefined) return { thread: byId }
  const named: (readonly [HomeThread, NamedThread])[] = []
  for (const thread of threads.values()) {
    const { threadId, name, preview } = await home.records.summary(thread)
    named.push([thread, { threadId, name, preview }])
  }
  const exact = named.filter(([, { name }]) => name === text)
  const begun = text.length < 4 ? [] : named.filter(([, one]) => beginsWith(one, text))
  const found = exact.length > 0 ? exact : begun
  const [only] = found
  if (only !== undefined && found.length === 1) return { thread: only[0] }
  const ambiguous = found.length > 1
  const near = ambiguous ? found : named.filter(([, one]) => isNear(one, text))
  const indexName = (await home.names.names()).get(text.toLowerCase()) ?? null
  return { thread: null, ambiguous, near: near.slice(0, NEAR_MAX).map(([, one]) => one), indexName }
}

function beginsWith({ threadId }: NamedThread, text: string): boolean {
  return threadId.startsWith(text.toLowerCase())
}

function isNear({ threadId, name, preview }: NamedThread, text: string): boolean {
  const part = text.toLowerCase()
  if (part === '') return false
  const words = [name ?? '', preview].map((one) => one.toLowerCase())
  return words.some((one) => one.includes(part)) || wrongDigits(threadId, part) <= WRONG_DIGITS_MAX
}

function wrongDigits(threadId: ThreadId, text: string): number {
  if (text.length !== threadId.length) return Number.POSITIVE_INFINITY
  return Array.from(threadId).filter((digit, at) => digit !== text[at]).length
}
