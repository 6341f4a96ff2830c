import type { Body, Journal } from './journal.js'
import type { Cut, RolloutLines } from './rollout-lines.js'
import type { Text } from './text.js'

const COMPACT_AFTER_BYTES = 1_200_000
const KEPT_MESSAGES = 3
const MAX_BODY = 64_000

const COMMANDS = [
  'npm test',
  'npm run build',
  'git status --short',
  'git diff --stat',
  'git log -5',
  'rg -n cursor src',
  'ls -la src/stores',
  "sed -n '1,160p' src/store/thread-store.ts",
  'cat package.json',
  'cargo test -p rollout',
]

export interface Conversation {
  /** What the user asked first, as plain text. */
  readonly firstMessage: string
  /** Ends of turns, oldest first; empty where the release cannot begin a rollout from one. */
  readonly cuts: readonly Cut[]
}

interface ConverseOptions {
  readonly journal: Journal
  readonly lines: RolloutLines
  readonly text: Text
  /** The position at which the rollout should end. */
  readonly end: number
}

/** Writes turns until the rollout has the length it was planned to have. */
export function converse({ journal, lines, text, end }: ConverseOptions): Conversation {
  const { random, writer } = journal
  const turnMedian = Math.min(400_000, Math.max(14_000, end / 40))
  const shortest = lines.overhead.turn + lines.overhead.end + 400
  const kept: Body[] = []
  const cuts: Cut[] = []
  let firstMessage: string | undefined
  let compacted = 0
  lines.begin()
  do {
    const start = writer.position
    const left = end - start
    let budget = Math.min(left, Math.max(shortest, random.size(turnMedian, 0.8, 2_000_000)))
    if (left - budget < shortest) budget = left
    text.rewind()
    const message = text.prose(messageSize(journal, budget))
    firstMessage ??= unescaped(message)
    if (kept.push(message.slice()) > KEPT_MESSAGES) kept.shift()
    lines.startTurn(message)
    finishTurn({ journal, lines, text, end: start + budget })
    const cut = lines.cut?.(firstMessage)
    if (cut !== undefined && cuts.push(cut) > 4) cuts.shift()
    if (writer.position - compacted > COMPACT_AFTER_BYTES && end - writer.position > 100_000) {
      compacted = writer.position
      text.rewind()
      lines.compact({ summary: text.prose(4_000), kept })
    }
  } while (end - writer.position >= shortest)
  return { firstMessage, cuts }
}

function messageSize({ random }: Journal, budget: number): number {
  return Math.max(12, Math.min(random.size(260, 1.1, 12_000), Math.floor(budget / 12)))
}

/** Tool calls until only the answer fits, then the answer; it takes what is left. */
function finishTurn({ journal, lines, text, end }: ConverseOptions): void {
  const { random, writer } = journal
  const { overhead, copies } = lines
  const answer = Math.min(random.size(1_100, 0.8, 16_000), Math.floor((end - writer.position) / 9))
  const reserve = overhead.end + answer * copies.answer
  for (;;) {
    const room = end - writer.position - reserve - overhead.step
    if (room < 600) break
    const ciphertext = Math.min(random.size(1_500, 0.6, 16_000), Math.floor(room / 2))
    const output = Math.min(random.size(1_800, 1.2, 10_000), room - ciphertext)
    text.rewind()
    lines.step({
      summary: text.prose(20 + random.below(60)),
      ciphertext: text.ciphertext(ciphertext),
      command: random.pick(COMMANDS),
      output: text.output(Math.floor(output / copies.output)),
    })
  }
  if (random.chance(0.03)) {
    lines.interruptTurn()
    return
  }
  const size = Math.floor((end - writer.position - overhead.end) / copies.answer)
  text.rewind()
  lines.endTurn(text.prose(Math.max(16, Math.min(size, MAX_BODY))))
  if (random.chance(0.01)) lines.rollBack?.()
}

/** Bodies are escaped for JSON; a database row holds the plain text. */
function unescaped(body: Body): string {
  return String(JSON.parse(`"${Buffer.from(body).toString()}"`))
}
