/** HTML that may stand in a page as it is: literals, and escaped text. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** What may be put into a template; texts are escaped. */
type Part = Html | string | number | null | readonly Part[]

/** HTML from a template: whatever is put in is text, unless it was built the same way. */
export function html(literals: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(literals.map((literal, at) => literal + print(parts[at] ?? null)).join(''))
}

function print(part: Part): string {
  if (part === null) return ''
  if (part instanceof Html) return part.text
  if (typeof part === 'string') return escapeMarkup(part)
  return typeof part === 'number' ? String(part) : part.map(print).join('')
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
}

/** Text for HTML and XML, between tags and in quoted attributes. */
export function escapeMarkup(text: string): string {
  return printable(text).replace(/[&<>"'`]/g, (character) => entities[character] ?? character)
}

/** What XML cannot hold and browsers drop, and what turns the direction of the text around it. */
const unprintable =
  /[^\t\n\r\u0020-\u007e\u00a0-\u2029\u202f-\u2065\u206a-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu

/** Text without characters that no document can hold: `\u{0}` stands for what was there. */
export function printable(text: string): string {
  return text.replace(unprintable, (unit) => `\\u{${(unit.codePointAt(0) ?? 0).toString(16)}}`)
}
