import { escapeMarkup } from '../../src/protocol/html.js'

const CHAR_WIDTH = 8.4
const LINE_HEIGHT = 19
const PADDING = 16

/** Text of one look. */
interface Run {
  readonly text: string
  readonly classes: readonly string[]
}

const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white']

/**
 * A screen of a terminal as a picture.
 * @param lines - as the terminal gives them, with its escapes for colours
 */
export function terminalSvg(lines: readonly string[], columns: number, title: string): string {
  const width = Math.round(columns * CHAR_WIDTH + 2 * PADDING)
  const height = lines.length * LINE_HEIGHT + 2 * PADDING
  const texts = lines.flatMap((line, at) => {
    const y = PADDING + at * LINE_HEIGHT + 14
    return lineText(line, y)
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" role="img" aria-label="${escapeMarkup(title)}">`,
    `<title>${escapeMarkup(title)}</title>`,
    `<style>${STYLE}</style>`,
    `<rect width="${width}" height="${height}" rx="8" fill="#16181d"/>`,
    ...texts,
    '</svg>',
    '',
  ].join('\n')
}

/** Every run stands at its column, whatever the font makes of the text before it. */
function lineText(line: string, y: number): string[] {
  let column = 0
  return runsOf(line).flatMap(({ text, classes }) =>
    (text.match(/█+|░+|[^█░]+/g) ?? []).flatMap((part) => {
      const x = PADDING + column * CHAR_WIDTH
      column += part.length
      if (part.trim() === '') return []
      return /[█░]/.test(part) ? block(part, x, y) : words(part, { x, y, classes })
    }),
  )
}

function words(
  text: string,
  {
    x,
    y,
    classes,
  }: { readonly x: number; readonly y: number; readonly classes: readonly string[] },
): string {
  const length = (text.length * CHAR_WIDTH).toFixed(1)
  const style = classes.length === 0 ? '' : ` class="${classes.join(' ')}"`
  return `<text x="${x.toFixed(1)}" y="${y}" textLength="${length}" lengthAdjust="spacingAndGlyphs"${style}>${escapeMarkup(text)}</text>`
}

/** Few fonts have the letters of a progress bar. */
function block(text: string, x: number, y: number): string {
  const width = (text.length * CHAR_WIDTH).toFixed(1)
  const look = text.startsWith('█') ? 'done' : 'left'
  return `<rect class="${look}" x="${x.toFixed(1)}" y="${y - 12}" width="${width}" height="14"/>`
}

/** A line cut where its look changes. */
export function runsOf(line: string): Run[] {
  const runs: Run[] = []
  let classes: readonly string[] = []
  // oxlint-disable-next-line no-control-regex -- escapes of a terminal are what is looked for
  for (const [, codes, text = ''] of line.matchAll(/(?:\u001b\[([\d;]*)m)?([^\u001b]*)/g)) {
    if (codes !== undefined) classes = looksOf(codes, classes)
    if (text !== '') runs.push({ text, classes })
  }
  return runs
}

function looksOf(codes: string, before: readonly string[]): readonly string[] {
  let looks = before
  for (const code of codes.split(';').map(Number)) {
    const bright = code >= 90 && code <= 97
    if (code === 0) looks = []
    else if (code === 1) looks = [...looks, 'bold']
    else if (code === 2) looks = [...looks, 'dim']
    else if (code === 22) looks = looks.filter((look) => look !== 'bold' && look !== 'dim')
    else if (code === 39) looks = looks.filter((look) => !COLOURS.includes(look))
    else if (bright || (code >= 30 && code <= 37)) {
      const colour = COLOURS[code - (bright ? 90 : 30)] ?? 'white'
      looks = [...looks.filter((look) => !COLOURS.includes(look)), colour]
    }
  }
  return looks
}

const STYLE = `
text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #d7dae0; white-space: pre }
.bold { font-weight: 700 } .dim { opacity: .6 }
.red { fill: #f0616d } .green { fill: #4fc47f } .yellow { fill: #e0b04c } .blue { fill: #6ea8fe }
.done { fill: #4fc47f } .left { fill: #3a3f4b }
.magenta { fill: #c792ea } .cyan { fill: #56b6c2 } .black { fill: #6b7280 }
`.trim()
