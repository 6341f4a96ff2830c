import type { StoredThread, ThreadPage } from '../../../../store/records.js'
import { html, type Html } from './html.js'
import { layout } from './layout.js'

/** What a list of threads was asked for with. */
export interface ListQuery {
  readonly search: string
  readonly archived: boolean
}

/** The page that lists threads. */
export function listPage({ items, nextCursor }: ThreadPage, query: ListQuery): string {
  const next = nextCursor === null ? null : addressOf(query, nextCursor)
  const body = html`<h1>${query.archived ? 'Archived threads' : 'Threads'}</h1>
    <form method="get" action="/">
      <input type="search" name="q" value="${query.search}" placeholder="name or beginning" />
      <label
        ><input type="checkbox" name="archived" value="1" ${checkedIf(query.archived)} />
        archived</label
      >
      <button>Search</button>
    </form>
    ${items.length === 0 ? html`<p>No threads.</p>` : null}
    <ol class="threads">
      ${items.map(listed)}
    </ol>
    ${next === null ? null : html`<nav><a rel="next" href="${next}">More</a></nav>`}`
  return layout('Threads', body)
}

function listed(thread: StoredThread): Html {
  const { threadId, updatedAt, cwd, model, modelProvider } = thread
  return html`<li>
    <a href="/threads/${threadId}"><bdi>${headline(thread)}</bdi></a>
    <div class="facts">
      <time datetime="${updatedAt}">${updatedAt.slice(0, 16).replace('T', ' ')}</time> ·
      <bdi>${model ?? modelProvider}</bdi> · <bdi>${cwd}</bdi>
    </div>
  </li>`
}

const HEADLINE_MAX = 160

/** What people know a thread by, on one line. */
export function headline({ threadId, name, title, preview }: StoredThread): string {
  const text = [name, title, preview].find((one) => one !== null && one.trim() !== '') ?? threadId
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > HEADLINE_MAX ? `${line.slice(0, HEADLINE_MAX - 1)}…` : line
}

function checkedIf(condition: boolean): Html | null {
  return condition ? html`checked` : null
}

function addressOf({ search, archived }: ListQuery, cursor: string): string {
  const query = new URLSearchParams()
  if (search !== '') query.set('q', search)
  if (archived) query.set('archived', '1')
  query.set('cursor', cursor)
  return `/?${query.toString()}`
}
