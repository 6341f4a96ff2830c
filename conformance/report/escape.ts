/** What XML cannot hold, and what turns the direction of the text around it. */
const unprintable =
  /[^\t\n\r\u0020-\u2029\u202f-\u2065\u206a-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu

/** Text without characters that no document can hold: `\u{0}` stands for what was there. */
export function printable(text: string): string {
  return text.replace(unprintable, (unit) => `\\u{${(unit.codePointAt(0) ?? 0).toString(16)}}`)
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text for XML and HTML, between tags and in quoted attributes. */
export function escapeMarkup(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => entities[character] ?? character)
}
