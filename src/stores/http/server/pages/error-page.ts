import type { ThreadStoreError, ThreadStoreErrorCode } from '../../../../store/errors.js'
import { html } from '../../../../protocol/html.js'
import { layout } from './layout.js'

/** What a page says of a request that failed. */
interface Failure {
  readonly status: number
  readonly error: ThreadStoreError
  /** More that whoever asked may know; the log has the rest. */
  readonly why: string | null
  readonly requestId: string
}

const titleOfStatus: Readonly<Record<number, string>> = {
  400: 'There is no page at this address.',
  401: 'This needs a token: give it as the password, and the namespace as the user.',
  403: 'You may not see this.',
  404: 'There is no page at this address.',
}

const titleOfCode: Partial<Readonly<Record<ThreadStoreErrorCode, string>>> = {
  THREAD_NOT_FOUND: 'There is no such thread.',
  RETRYABLE: 'The threads cannot be read just now. Try again in a moment.',
}

/** The page of a request that failed. */
export function errorPage({ status, error, why, requestId }: Failure): string {
  const title =
    titleOfCode[error.code] ?? titleOfStatus[status] ?? `That did not work: ${error.code}.`
  const body = html`<h1>${title}</h1>
    ${why === null ? null : html`<p>${why}</p>`}
    <p><a href="/">All threads</a></p>
    <p class="facts">request <bdi>${requestId}</bdi></p>`
  return layout(title, body)
}
