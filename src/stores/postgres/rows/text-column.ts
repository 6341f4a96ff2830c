/** What PostgreSQL's `text` cannot hold: NUL, and halves of surrogate pairs. */
const unstorable = /\0|\p{Surrogate}/gu

/** The text as a column can hold it: what it refuses becomes U+FFFD. */
export function textFor(text: string): string
export function textFor(text: string | null): string | null
export function textFor(text: string | null): string | null {
  return text === null ? null : text.replace(unstorable, '\ufffd')
}

/** Whether comparing `text` with columns says the same as comparing it with the texts themselves. */
export function isStorable(text: string): boolean {
  return text.search(unstorable) < 0 && !text.includes('\ufffd')
}
