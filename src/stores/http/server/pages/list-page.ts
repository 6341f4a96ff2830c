import type { StoredThread, ThreadPage } from '../../../../store/records.js'
import { html, type Html } from '../../../../protocol/html.js'
import { layout, pageLinks, timeOf } from './layout.js'

/** What a list of threads was asked for with. */
interface ListQuery {
  readonly search: string
  readonly archived: boolean
  /** Whether it is not the first page. */
  readonly isLater: boolean
}

/** The page that lists threads. */
export function listPage({ items, nextCursor }: ThreadPage, query: ListQuery): string {
  const what = query.archived ? 'Archived threads' : 'Threads'
  const body = html`<h1>${what}</h1>
    <form method="get" action="/" role="search">
      <input
        type="search"
        name="q"
        value="${query.search}"
        placeholder="name or beginning"
        aria-label="Search by name or beginning"
      />
      <label
        ><input type="checkbox" name="archived" value="1" ${checkedIf(query.archived)} />
        archived</label
      >
      <button>Search</button>
    </form>
    ${items.length === 0 ? html`<p>${nothingFound(query)}</p>` : null}
    <ol class="threads">
      ${items.map(listed)}
    </ol>
    ${pageLinks([
      [query.isLater ? addressOf(query, null) : null, 'first', 'From the beginning'],
      [nextCursor === null ? null : addressOf(query, nextCursor), 'next', 'More'],
    ])}`
  return layout(query.search === '' ? what : `${query.search} · ${what}`, body)
}

function nothingFound({ search, archived, isLater }: ListQuery): Html {
  if (isLater) return html`No further threads.`
  const kind = archived ? 'archived thread' : 'thread'
  if (search === '') return html`There is no ${kind} yet.`
  return html`No ${kind} has <bdi>“${search}”</bdi> in its name or at its beginning.`
}

function listed(thread: StoredThread): Html {
  const { threadId, updatedAt, cwd, model, modelProvider } = thread
  return html`<li>
    <a href="/threads/${threadId}"><bdi>${headline(thread)}</bdi></a>
    <div class="facts">
      ${timeOf(updatedAt)} ·
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

function addressOf({ search, archived }: ListQuery, cursor: string | null): string {
  const query = new URLSearchParams()
  if (search !== '') query.set('q', search)
  if (archived) query.set('archived', '1')
  if (cursor !== null) query.set('cursor', cursor)
  return `/?${query.toString()}`
}
