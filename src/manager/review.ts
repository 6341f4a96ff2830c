import { isJsonObject, type JsonObject, type JsonValue, textAt } from '../protocol/json.js'
import { parseJson } from '../protocol/parse-json.js'
import type { ActiveTurn, TurnOutcome } from './active-turn.js'
import type { ReviewRequest } from './review-target.js'
import type { ThreadRuntime } from './thread-runtime.js'
import { at, eventItem, itemCompleted, modelSaid, responseItemOf, userSaid } from './turn-items.js'
import { unlessAborted } from './unless-aborted.js'
import { userMessage } from './user-input.js'

/** Somebody who reviews: a thread of its own, so that the work does not fill this one. */
export interface Reviewer {
  run(prompt: string): Promise<TurnOutcome>
  close(): Promise<void>
}

/** How a reviewer is to work and answer. */
export const REVIEW_INSTRUCTIONS =
  'You review a change somebody else made. Report only what its author would want to fix: defects with a cause and a consequence, not taste. Answer with one JSON object: {"findings":[{"title","body","confidence_score","priority","code_location":{"absolute_file_path","line_range":{"start","end"}}}],"overall_correctness","overall_explanation","overall_confidence_score"}.'

/** The body of a review turn: sends a reviewer out and writes down what it found. */
export async function review(
  runtime: ThreadRuntime,
  turn: ActiveTurn,
  request: ReviewRequest,
  openReviewer: () => Promise<Reviewer>,
): Promise<string> {
  const { target, prompt, hint } = request
  const newId = (): string => runtime.host.ids.newId()
  const [, ...shown] = userSaid(turn, hint, runtime.now(), newId())
  await runtime.record(turn.turnId, [
    itemCompleted(
      turn,
      { type: 'EnteredReviewMode', id: newId(), review: hint },
      at(runtime.now()),
    ),
    eventItem({ type: 'entered_review_mode', target, user_facing_hint: hint }),
    ...shown,
  ])
  await runtime.materialize(turn.turnId)
  const output = await outputOf(turn, prompt, openReviewer)
  const text = reviewText(output)
  const assistant = {
    type: 'message',
    role: 'assistant',
    content: [{ type: 'output_text', text }],
  }
  await runtime.record(turn.turnId, [
    responseItemOf(
      userMessage(`<user_action>\n${hint}: review finished.\n${text}\n</user_action>`),
    ),
    itemCompleted(turn, { type: 'ExitedReviewMode', id: newId(), review: text }, at(runtime.now())),
    eventItem({ type: 'exited_review_mode', review_output: output }),
    ...modelSaid(turn, assistant, at(runtime.now()), newId()),
  ])
  return text
}

async function outputOf(
  turn: ActiveTurn,
  prompt: string,
  openReviewer: () => Promise<Reviewer>,
): Promise<JsonObject> {
  const reviewer = await openReviewer()
  try {
    const found = await unlessAborted(() => reviewer.run(prompt), turn.abort.signal)
    if (found.error !== null) throw found.error
    return readOutput(found.lastAgentMessage ?? '')
  } finally {
    await reviewer.close()
  }
}

/** A reviewer that did not answer in the form it was asked for still said something. */
function readOutput(text: string): JsonObject {
  const said = parseJson(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1))
  if (isJsonObject(said) && Array.isArray(said['findings'])) return said
  return {
    findings: [],
    overall_correctness: '',
    overall_explanation: text,
    overall_confidence_score: 0,
  }
}

/** What a reviewer found, for people. */
export function reviewText(output: JsonObject): string {
  const found = Array.isArray(output['findings']) ? (output['findings'] as JsonValue[]) : []
  const findings = found.filter(isJsonObject)
  const lines = findings.map(
    (finding) => `- ${textAt(finding, 'title') ?? ''}\n  ${textAt(finding, 'body') ?? ''}`,
  )
  const said = textAt(output, 'overall_explanation') ?? ''
  return [said, ...lines].filter((line) => line !== '').join('\n\n') || 'Nothing was found.'
}
