/** A fenced block of a page. */
export interface FencedBlock {
  readonly page: string
  /** The line its fence is on, from 1. */
  readonly line: number
  readonly language: string
  readonly text: string
}

/** The fenced blocks of a Markdown page. */
export function fencedBlocks(page: string, text: string): FencedBlock[] {
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map((match) => ({
    page,
    line: text.slice(0, match.index).split('\n').length,
    language: match[1] ?? '',
    text: match[2] ?? '',
  }))
}
