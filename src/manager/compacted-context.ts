import type { JsonObject } from '../protocol/json.js'
import { estimateTokens } from './token-usage.js'
import { userMessage } from './user-input.js'

/** Tokens of what the user said that a compaction keeps word for word, newest first. */
const SAID_TOKENS_MAX = 20_000

const SUMMARY_PREFIX =
  'The conversation so far was too long and was replaced by this summary, written by the model that held it. Continue from it.'

/** What a compaction leaves as the summary's text, in its item and in the context. */
export function summaryText(summary: string): string {
  return `${SUMMARY_PREFIX}\n${summary === '' ? '(no summary available)' : summary}`
}

/** The context after a compaction: the last of what the user said, then the summary. */
export function compactedContext(said: readonly string[], summary: string): JsonObject[] {
  const kept: string[] = []
  let left = SAID_TOKENS_MAX
  for (const text of said.filter((each) => !isSummary(each)).toReversed()) {
    const tokens = estimateTokens([text])
    if (tokens > left) break
    kept.unshift(text)
    left -= tokens
  }
  return [...kept, summary].map(userMessage)
}

function isSummary(text: string): boolean {
  return text.startsWith(`${SUMMARY_PREFIX}\n`)
}
