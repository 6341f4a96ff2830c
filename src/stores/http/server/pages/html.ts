/** HTML that is made of literals and escaped text, and so means what its author meant. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Part = Html | string | number | null | readonly Html[]

/** Builds HTML; whatever is put into it is text, unless it was built the same way. */
export function html(literals: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const printed = parts.map((part, index) => `${print(part)}${literals[index + 1] ?? ''}`)
  return new Html(`${literals[0] ?? ''}${printed.join('')}`)
}

function print(part: Part): string {
  if (part === null) return ''
  if (part instanceof Html) return part.text
  if (typeof part === 'object') return part.map(({ text }) => text).join('')
  return escape(String(part))
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
}

/** Where Unicode has pictures of the control characters, which browsers would drop. */
const PICTURES = 0x2400

/** Text as it has to be written between tags or in a quoted attribute. */
function escape(text: string): string {
  return text
    .replace(/[&<>"'`]/g, (character) => escapes[character] ?? '')
    .replace(/[^\P{Cc}\t\n\r\u0080-\u009f]/gu, (control) => {
      const code = control.charCodeAt(0)
      return String.fromCharCode(PICTURES + (code === 0x7f ? 0x21 : code))
    })
}
