import type { AppServerClient } from '../../conformance/flows/app-server-client.js'
import type { JsonObject } from '../../src/protocol/json.js'
import type { RolloutItem } from '../../src/protocol/rollout-item.js'
import type { ThreadStore } from '../../src/store/thread-store.js'

/** The items of a turn as Codex 0.131 writes one: a question and its answer. */
export function legacyTurn(turnId: string, question: string, answer: string): RolloutItem[] {
  const now = 1_795_348_787
  return [
    event({ type: 'task_started', turn_id: turnId, started_at: now }),
    message('user', 'input_text', question),
    event({ type: 'user_message', message: question, images: [], local_images: [] }),
    event({ type: 'agent_message', message: answer, phase: null, memory_citation: null }),
    message('assistant', 'output_text', answer),
    event({
      type: 'task_complete',
      turn_id: turnId,
      last_agent_message: answer,
      completed_at: now + 1,
    }),
  ]
}

/** The same turn as Codex 0.169 writes it into the paginated history of a thread. */
export function paginatedTurn(
  threadId: string,
  turnId: string,
  question: string,
  answer: string,
): RolloutItem[] {
  const completed = (item: JsonObject): RolloutItem =>
    event({
      type: 'item_completed',
      thread_id: threadId,
      turn_id: turnId,
      item,
      started_at_ms: 1_795_348_787_400,
      completed_at_ms: 1_795_348_787_500,
    })
  const [started, user, , , assistant, complete] = legacyTurn(turnId, question, answer)
  const said = { type: 'text', text: question, text_elements: [] }
  const replied = { type: 'Text', text: answer }
  return [
    started,
    user,
    completed({ type: 'UserMessage', id: `${turnId}-u`, content: [said] }),
    completed({ type: 'AgentMessage', id: `${turnId}-a`, content: [replied] }),
    assistant,
    complete,
  ].filter((item) => item !== undefined)
}

function event(payload: JsonObject): RolloutItem {
  return { type: 'event_msg', payload }
}

function message(role: string, type: string, text: string): RolloutItem {
  return { type: 'response_item', payload: { type: 'message', role, content: [{ type, text }] } }
}

/** What was asked in each turn of a thread, oldest first, as the store tells it. */
export async function questions(store: ThreadStore, threadId: string): Promise<string[]> {
  const { turns } = await store.listTurns({
    threadId,
    includeArchived: true,
    pageSize: 1_000,
    sortDirection: 'asc',
    itemsView: 'summary',
  })
  return turns.map((turn) => questionIn(turn.items[0]?.payload))
}

/** A turn that nobody asked for, such as a compaction, has no question. */
function questionIn(payload: unknown): string {
  const {
    type,
    message: said,
    item,
  } = (payload ?? {}) as {
    type?: string
    message?: string
    item?: { type?: string; content?: readonly { text?: string }[] }
  }
  if (type === 'user_message') return said ?? ''
  return item?.type === 'UserMessage' ? (item.content?.[0]?.text ?? '') : ''
}

/** What was asked in each turn, oldest first, as Codex tells it. */
export async function codexQuestions(codex: AppServerClient, threadId: string): Promise<string[]> {
  const asked: string[] = []
  let cursor: unknown = null
  do {
    const page = await codex.request('thread/turns/list', {
      threadId,
      limit: 100,
      sortDirection: 'asc',
      ...(typeof cursor === 'string' ? { cursor } : {}),
    })
    for (const turn of page['data'] as {
      items: { type: string; content?: { text: string }[] }[]
    }[]) {
      const user = turn.items.find((item) => item.type === 'userMessage')
      asked.push(user?.content?.[0]?.text ?? '')
    }
    cursor = page['nextCursor']
  } while (typeof cursor === 'string')
  return asked
}

/** Runs a turn in Codex and waits for its end. */
export async function runTurn(
  codex: AppServerClient,
  threadId: string,
  text: string,
): Promise<void> {
  const from = codex.messages.length
  await codex.request('turn/start', { threadId, input: [{ type: 'text', text }] })
  const { turn } = await codex.notification('turn/completed', threadId, from)
  const { status } = turn as JsonObject
  if (status !== 'completed') throw new Error(`the turn ended ${JSON.stringify(turn)}`)
}
