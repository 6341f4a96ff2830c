import { isJsonObject } from '../../../../protocol/json.js'
import { messageRole } from '../../../../history/turn-roles.js'
import type { RolloutItem } from '../../../../protocol/rollout-item.js'
import type { StoredTurn } from '../../../../protocol/turn.js'
import type { StoredThread, TurnPage } from '../../../../store/records.js'
import { html, type Html } from '../../../../protocol/html.js'
import { layout, pageLinks, timeOf } from './layout.js'
import { headline } from './list-page.js'

/** Which of a thread’s turns were asked for. */
interface TurnsQuery {
  readonly newestFirst: boolean
  /** Whether it is not the first page. */
  readonly isLater: boolean
}

/** The page that shows a thread; `turns` is `null` where the store has none to give. */
export function threadPage(
  thread: StoredThread,
  turns: TurnPage | null,
  query: TurnsQuery,
): string {
  const title = headline(thread)
  const body = html`<h1><bdi>${title}</bdi></h1>
    <dl>${factsOf(thread)}</dl>
    ${
      turns === null
        ? html`<p>This store does not show turns.</p>`
        : shownTurns(thread, turns, query)
    }`
  return layout(title, body)
}

const shownFields = [
  ['threadId', 'thread'],
  ['createdAt', 'created'],
  ['updatedAt', 'updated'],
  ['archivedAt', 'archived'],
  ['cwd', 'directory'],
  ['model', 'model'],
  ['modelProvider', 'provider'],
  ['source', 'source'],
  ['cliVersion', 'Codex'],
  ['gitInfo', 'git'],
  ['forkedFromId', 'forked from'],
] as const satisfies readonly (readonly [keyof StoredThread, string])[]

function factsOf(thread: StoredThread): Html[] {
  return shownFields.flatMap(([field, name]) => {
    const value = thread[field]
    if (value === null || value === '') return []
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    const shown = field.endsWith('At') ? timeOf(text) : html`<bdi>${text}</bdi>`
    return [
      html`<dt>${name}</dt>
        <dd>${shown}</dd>`,
    ]
  })
}

function shownTurns(
  { threadId }: StoredThread,
  { turns, nextCursor }: TurnPage,
  { newestFirst, isLater }: TurnsQuery,
): Html {
  const address = (isNewestFirst: boolean, cursor: string | null): string => {
    const query = new URLSearchParams()
    if (isNewestFirst) query.set('newest', '1')
    if (cursor !== null) query.set('cursor', cursor)
    return `/threads/${threadId}${query.size === 0 ? '' : `?${query.toString()}`}`
  }
  const isWhole = !isLater && nextCursor === null
  const links = pageLinks([
    [isLater ? address(newestFirst, null) : null, 'first', 'Back to the start'],
    [isWhole ? null : address(!newestFirst, null), 'alternate', otherOrder(newestFirst)],
    [nextCursor === null ? null : address(newestFirst, nextCursor), 'next', 'More'],
  ])
  const none = isLater ? 'No further turns.' : 'This thread has no turns yet.'
  return html`${isWhole ? null : links} ${turns.length === 0 ? html`<p>${none}</p>` : null}
  ${turns.map(shownTurn)} ${links}`
}

function otherOrder(newestFirst: boolean): string {
  return newestFirst ? 'Oldest turns first' : 'Newest turns first'
}

function shownTurn({ turnId, status, startedAt, items, error }: StoredTurn): Html {
  return html`<section>
    <h2>
      Turn <bdi>${turnId}</bdi>
      <span class="facts">${status} ${startedAt && timeOf(startedAt)}</span>
    </h2>
    ${error === null ? null : html`<p class="text">${error.message}</p>`} ${items.map(shownItem)}
  </section>`
}

/** Characters of an item that a page shows; all of them are one request away. */
const SHOWN_MAX = 20_000

function shownItem(item: RolloutItem): Html {
  const role = messageRole(item)
  const said = role === null ? null : textOf(item)
  if (role !== null && said !== null) {
    return html`<div class="text ${role}"><bdi>${cut(said)}</bdi></div>`
  }
  const { payload } = item
  const type = isJsonObject(payload) ? payload['type'] : null
  const kind = typeof type === 'string' ? `${item.type} ${type}` : item.type
  return html`<details>
    <summary><bdi>${cut(kind)}</bdi></summary>
    <pre>${cut(JSON.stringify(item, null, 2))}</pre>
  </details>`
}

/** What was said, in either way in which Codex writes it. */
function textOf({ payload }: RolloutItem): string | null {
  if (!isJsonObject(payload)) return null
  if (typeof payload['message'] === 'string') return payload['message']
  const { item } = payload
  const content: unknown = isJsonObject(item) ? item['content'] : null
  if (!Array.isArray(content)) return null
  const texts = content.flatMap((part: unknown) =>
    isJsonObject(part) && typeof part['text'] === 'string' ? [part['text']] : [],
  )
  return texts.length === 0 ? null : texts.join('')
}

function cut(text: string): string {
  const left = text.length - SHOWN_MAX
  return left <= 0 ? text : `${text.slice(0, SHOWN_MAX)}… (${left} characters more)`
}
