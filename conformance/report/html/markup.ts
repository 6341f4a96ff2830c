import { escapeMarkup } from '../escape.js'

/** HTML that may stand in a page as it is. Made by `markup` alone, so that nothing else is. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** What may be put into a template; texts are escaped. */
type Part = string | number | Markup | null | readonly Part[]

/** HTML from a template: whatever is put in is text, unless it is markup itself. */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(strings.map((string, index) => string + print(parts[index] ?? null)).join(''))
}

function print(part: Part): string {
  if (part === null) return ''
  if (part instanceof Markup) return part.text
  if (typeof part === 'string') return escapeMarkup(part)
  return typeof part === 'number' ? String(part) : part.map(print).join('')
}
