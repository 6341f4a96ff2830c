import { isJsonObject, type JsonObject, textAt } from '../../../src/protocol/json.js'
import type { Session } from './session.js'

/** A thread that nobody ever made. */
const NOBODY = '01a20320-ffff-7000-8000-000000000000'

/** The threads that the second process goes on with. */
interface KnownThreads {
  readonly main: string
  readonly fork: string
  readonly archived: string
  readonly path: string
}

/** What a client does with the first process: every kind of request at least once. */
export async function warm(session: Session): Promise<KnownThreads> {
  await session.hello()
  await refusals(session)
  const { main, path } = await conversation(session)
  await metadata(session, main)
  const fork = idOf(await session.ask('thread/fork', { threadId: main }))
  await session.say(fork, 'in the fork')
  await rollback(session, main)
  await interrupted(session, main)
  await rollbackInTurn(session)
  await session.turn('thread/compact/start', { threadId: main }, 'compact')
  await session.say(main, 'after the compaction')
  await reviews(session)
  await ephemeral(session)
  const archived = await archive(session)
  await lists(session)
  return { main, fork, archived, path }
}

/** What it does with the second one, which has loaded nothing yet. */
export async function cold(session: Session, known: KnownThreads): Promise<void> {
  const { main, fork, archived, path } = known
  await session.hello()
  await session.ask('thread/read', { threadId: main, includeTurns: true })
  await session.ask('thread/turns/list', { threadId: main, limit: 2 })
  await session.ask('thread/name/set', { threadId: fork, name: 'cold' }, 'name a cold thread')
  await session.ask(
    'thread/metadata/update',
    { threadId: fork, gitInfo: { branch: 'cold' } },
    'patch a cold thread',
  )
  await session.ask('thread/resume', { threadId: main })
  await session.say(main, 'after the restart')
  await session.ask('thread/resume', { threadId: main }, 'resume a loaded thread')
  await session.ask('thread/resume', { threadId: fork, excludeTurns: true }, 'resume without turns')
  await session.ask('thread/unarchive', { threadId: archived })
  await session.ask('thread/resume', { threadId: archived }, 'resume what was archived')
  await session.ask('thread/fork', { threadId: main, path, excludeTurns: true }, 'fork by path')
  await ofHistory(session, main)
  await session.ask('thread/unsubscribe', { threadId: main })
  await session.ask('thread/unsubscribe', { threadId: main }, 'unsubscribe again')
  await session.ask('getConversationSummary', { conversationId: main })
  await lists(session)
}

/** What is said of threads that are not there and of messages that are none. */
async function refusals(session: Session): Promise<void> {
  const threadId = NOBODY
  const input = [{ type: 'text', text: 'hello' }]
  const requests: readonly (readonly [string, JsonObject])[] = [
    ['thread/read', { threadId }],
    ['thread/read', { threadId, includeTurns: true }],
    ['thread/read', { threadId: 'nonsense' }],
    ['thread/read', {}],
    ['thread/turns/list', { threadId }],
    ['thread/turns/items/list', { threadId, turnId: 'x' }],
    ['thread/name/set', { threadId, name: 'x' }],
    ['thread/metadata/update', { threadId, gitInfo: { sha: '1' } }],
    ['thread/memoryMode/set', { threadId, mode: 'disabled' }],
    ['thread/rollback', { threadId, numTurns: 1 }],
    ['thread/compact/start', { threadId }],
    ['thread/archive', { threadId }],
    ['thread/unarchive', { threadId }],
    ['thread/unsubscribe', { threadId }],
    ['thread/resume', { threadId }],
    ['thread/resume', { threadId, history: [] }],
    ['thread/fork', { threadId }],
    ['thread/list', { cursor: 'none' }],
    ['thread/list', { limit: -1 }],
    ['turn/start', { threadId, input }],
    ['turn/steer', { threadId, input, expectedTurnId: 'x' }],
    ['turn/interrupt', { threadId, turnId: 'x' }],
    ['review/start', { threadId, target: { type: 'uncommittedChanges' } }],
    ['thread/inject_items', { threadId, items: [] }],
    ['initialize', { clientInfo: { name: 'again', version: '1' } }],
  ]
  for (const [method, params] of requests) await session.ask(method, params, `refuse ${method}`)
}

async function conversation(
  session: Session,
): Promise<{ readonly main: string; readonly path: string }> {
  const params = { cwd: session.project, sandbox: 'danger-full-access' }
  const started = await session.ask('thread/start', params)
  const main = idOf(started)
  const unread = { threadId: main, includeTurns: true }
  await session.ask('thread/read', { threadId: main }, 'read before the first message')
  await session.ask('thread/read', unread, 'read turns before the first message')
  await session.ask('thread/resume', { threadId: main }, 'resume before the first message')
  await session.say(main, 'hello')
  await session.say(main, 'please TOOL')
  await session.say(main, 'STREAM a longer answer')
  await session.say(main, 'FAIL')
  await session.say(main, 'again')
  await session.ask('thread/read', { threadId: main })
  await session.ask('thread/read', unread, 'read turns')
  const page = await session.ask('thread/turns/list', { threadId: main, limit: 2 })
  const cursor = page['nextCursor'] ?? null
  await session.ask('thread/turns/list', { threadId: main, cursor, itemsView: 'full' }, 'next page')
  return { main, path: textAt(threadOf(started), 'path') ?? '' }
}

async function metadata(session: Session, threadId: string): Promise<void> {
  const patch = async (gitInfo: JsonObject, name: string): Promise<void> => {
    await session.ask('thread/metadata/update', { threadId, gitInfo }, name)
    await session.ask('thread/read', { threadId }, `${name}, read`)
  }
  await patch({ sha: 'abc', branch: ' topic ', originUrl: 'https://example.com/o.git' }, 'set git')
  await patch({ branch: 'other' }, 'set the branch')
  await patch({ sha: null }, 'clear the sha')
  await patch({}, 'patch nothing')
  await patch({ branch: ' ' }, 'set an empty branch')
  await session.ask('thread/name/set', { threadId, name: '  A  name ' })
  await session.ask('thread/name/set', { threadId, name: ' ' }, 'an empty name')
  await session.ask('thread/memoryMode/set', { threadId, mode: 'disabled' })
  await session.ask('thread/memoryMode/set', { threadId, mode: 'enabled' }, 'memory again')
  await session.ask('thread/read', { threadId }, 'read what was patched')
}

async function rollback(session: Session, threadId: string): Promise<void> {
  await session.ask('thread/rollback', { threadId, numTurns: 0 }, 'rollback of nothing')
  await session.ask('thread/rollback', { threadId, numTurns: 2 })
  await session.ask('thread/read', { threadId, includeTurns: true }, 'read after the rollback')
}

async function interrupted(session: Session, threadId: string): Promise<void> {
  const turnId = await session.begin(threadId)
  const input = [{ type: 'text', text: 'more' }]
  const stranger = { threadId, turnId: 'another' }
  await session.ask('turn/interrupt', stranger, 'interrupt another turn')
  await session.ask('turn/steer', { threadId, expectedTurnId: 'another', input }, 'steer another')
  await session.ask('turn/steer', { threadId, expectedTurnId: turnId, input: [] }, 'steer nothing')
  await session.turn('turn/interrupt', { threadId, turnId }, 'interrupt')
  await session.ask('turn/steer', { threadId, expectedTurnId: turnId, input }, 'steer too late')
  await session.ask('thread/read', { threadId, includeTurns: true }, 'read after the interrupt')
}

/** In a thread of its own: a refused rollback marks the thread in Codex. */
async function rollbackInTurn(session: Session): Promise<void> {
  const threadId = idOf(await session.ask('thread/start', { cwd: session.project }))
  const turnId = await session.begin(threadId)
  await session.ask('thread/rollback', { threadId, numTurns: 1 }, 'rollback in a turn')
  await session.turn('turn/interrupt', { threadId, turnId }, 'interrupt after a rollback')
}

async function reviews(session: Session): Promise<void> {
  const threadId = idOf(await session.ask('thread/start', { cwd: session.project }))
  await session.say(threadId, 'to be reviewed')
  const target = { type: 'custom', instructions: 'look at it' }
  const nothings: readonly JsonObject[] = [
    { type: 'baseBranch', branch: ' ' },
    { type: 'commit', sha: '' },
    { type: 'custom', instructions: '' },
  ]
  for (const nothing of nothings) {
    await session.ask('review/start', { threadId, target: nothing }, 'review of nothing')
  }
  await session.turn('review/start', { threadId, target }, 'review')
  await session.ask('thread/read', { threadId, includeTurns: true }, 'read after the review')
  const detached = { threadId, target, delivery: 'detached' }
  const review = await session.turn('review/start', detached, 'detached review')
  await session.ask('thread/read', { threadId: review, includeTurns: true }, 'read the review')
}

async function ephemeral(session: Session): Promise<void> {
  const start = { cwd: session.project, ephemeral: true }
  const threadId = idOf(await session.ask('thread/start', start, 'start an ephemeral thread'))
  await session.say(threadId, 'leaves nothing behind')
  await session.ask('thread/read', { threadId }, 'read an ephemeral thread')
  const requests: readonly (readonly [string, JsonObject])[] = [
    ['thread/read', { threadId, includeTurns: true }],
    ['thread/turns/list', { threadId }],
    ['thread/name/set', { threadId, name: 'x' }],
    ['thread/metadata/update', { threadId, gitInfo: { sha: '1' } }],
    ['thread/memoryMode/set', { threadId, mode: 'disabled' }],
    ['thread/archive', { threadId }],
    ['thread/resume', { threadId }],
    ['thread/fork', { threadId }],
    ['thread/rollback', { threadId, numTurns: 1 }],
  ]
  for (const [method, params] of requests) await session.ask(method, params, `ephemeral ${method}`)
}

async function archive(session: Session): Promise<string> {
  const threadId = idOf(await session.ask('thread/start', {}, 'start without a directory'))
  await session.say(threadId, 'to be archived')
  await session.ask('thread/archive', { threadId })
  await session.ask('thread/archive', { threadId }, 'archive again')
  await session.ask('thread/read', { threadId, includeTurns: true }, 'read an archived thread')
  await session.ask('thread/name/set', { threadId, name: 'late' }, 'name an archived thread')
  const gitInfo = { branch: 'late' }
  await session.ask('thread/metadata/update', { threadId, gitInfo }, 'patch an archived thread')
  return threadId
}

/** What a client kept itself, and what it tells the model behind the user’s back. */
async function ofHistory(session: Session, threadId: string): Promise<void> {
  const message = (role: string, type: string, text: string): JsonObject => {
    return { type: 'message', role, content: [{ type, text }] }
  }
  const history = [message('user', 'input_text', 'kept'), message('assistant', 'output_text', 'so')]
  await session.ask('thread/inject_items', { threadId, items: history })
  await session.ask('thread/inject_items', { threadId, items: [] }, 'inject nothing')
  const params = { threadId: NOBODY, history }
  const resumed = await session.ask('thread/resume', params, 'resume a history')
  const made = idOf(resumed)
  await session.say(made, 'after the history')
  await session.ask('thread/read', { threadId: made, includeTurns: true }, 'read the history')
  const again = { threadId: made, history }
  await session.ask('thread/resume', again, 'resume a loaded thread with a history')
}

async function lists(session: Session): Promise<void> {
  await session.ask('thread/list', {})
  const page = await session.ask('thread/list', { limit: 1, modelProviders: [] }, 'first page')
  const cursor = page['nextCursor'] ?? null
  await session.ask('thread/list', { limit: 1, modelProviders: [], cursor }, 'second page')
  await session.ask('thread/list', { archived: true }, 'archived threads')
  await session.ask('thread/list', { searchTerm: 'hello' }, 'search')
  await session.ask('thread/list', { cwd: session.project, sortDirection: 'asc' }, 'one directory')
  await session.ask('thread/list', { sourceKinds: ['subAgentReview'] }, 'reviews')
}

function idOf(result: JsonObject): string {
  return textAt(threadOf(result), 'id') ?? ''
}

function threadOf(result: JsonObject): JsonObject {
  return isJsonObject(result['thread']) ? result['thread'] : {}
}
