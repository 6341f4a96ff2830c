import { type Body, CONTEXT_WINDOW, type Journal, tokens } from './journal.js'
import { BASE_INSTRUCTIONS, gitInfo } from './plan.js'
import { ABORTED, type Compaction, type RolloutLines, type Step } from './rollout-lines.js'

const RATE_LIMITS =
  '{"limit_id":"codex","limit_name":null,"primary":null,"secondary":null,"credits":null,' +
  '"plan_type":null,"rate_limit_reached_type":null}'

/** Rollout lines as Codex 0.131.0 writes them. */
export class LegacyLines implements RolloutLines {
  readonly overhead = { turn: 1_130, step: 1_340, end: 1_115 }
  readonly copies = { answer: 3, output: 1 }
  readonly #journal: Journal

  constructor(journal: Journal) {
    this.#journal = journal
  }

  begin(): void {
    const { thread } = this.#journal
    this.#sessionMeta(`,"git":${gitInfo(thread)}`)
    // Codex records a change of memory mode as a further session_meta line, without the git key.
    if (thread.memoryMode === 'disabled') this.#sessionMeta(',"memory_mode":"disabled"')
  }

  startTurn(message: Body): void {
    const journal = this.#journal
    journal.pass(90_000)
    journal.startTurn()
    this.#taskStarted()
    journal.pass(10)
    this.#turnContext()
    this.#message('user', 'input_text', message)
    this.#event(
      '{"type":"user_message","message":"',
      message,
      '","images":[],"local_images":[],"text_elements":[]}',
    )
  }

  step({ summary, ciphertext, command, output }: Step): void {
    const journal = this.#journal
    const { random } = journal
    const call = `call_${random.hex(24)}`
    journal.pass(4_000)
    this.#event('{"type":"agent_reasoning","text":"', summary, '"}')
    this.#item(
      '{"type":"reasoning","summary":[{"type":"summary_text","text":"',
      summary,
      '"}],"content":null,"encrypted_content":"',
      ciphertext,
      '"}',
    )
    this.#item(
      '{"type":"function_call","name":"exec_command",' +
        `"arguments":"{\\"cmd\\":\\"${command}\\"}","call_id":"${call}"}`,
    )
    journal.pass(400)
    this.#item(
      `{"type":"function_call_output","call_id":"${call}","output":"Chunk ID: ${random.hex(6)}\\n` +
        `Wall time: 0.${1000 + random.below(9000)} seconds\\nProcess exited with code 0\\n` +
        `Original token count: ${Math.ceil(output.length / 4)}\\nOutput:\\n`,
      output,
      '"}',
    )
    journal.count(journal.writer.position, ciphertext.length)
    this.#tokenCount()
  }

  endTurn(answer: Body): void {
    const journal = this.#journal
    journal.pass(3_000)
    this.#event(
      '{"type":"agent_message","message":"',
      answer,
      '","phase":null,"memory_citation":null}',
    )
    this.#message('assistant', 'output_text', answer)
    journal.count(journal.writer.position, answer.length)
    this.#tokenCount()
    journal.pass(5)
    this.#taskComplete('"', answer, '"')
  }

  interruptTurn(): void {
    const journal = this.#journal
    journal.pass(2_000)
    this.#tokenCount()
    this.#message('user', 'input_text', ABORTED)
    this.#event(
      `{"type":"turn_aborted","turn_id":"${journal.turnId}","reason":"interrupted",` +
        `"completed_at":${journal.seconds()},"duration_ms":${journal.now - journal.turnStartedAt}}`,
    )
  }

  rollBack(): void {
    this.#journal.pass(20_000)
    this.#tokenCount()
    this.#event('{"type":"thread_rolled_back","num_turns":1}')
  }

  compact({ summary, kept }: Compaction): void {
    const journal = this.#journal
    journal.pass(2_000)
    journal.startTurn()
    this.#taskStarted()
    journal.count(journal.writer.position, summary.length)
    journal.pass(8_000)
    this.#tokenCount()
    const parts: (string | Body)[] = ['{"message":"', summary, '","replacement_history":[']
    for (const body of [...kept, summary]) {
      parts.push(parts.length > 3 ? ',' : '', ...messagePayload('user', 'input_text', body))
    }
    this.#line('compacted', ...parts, ']}')
    this.#event('{"type":"context_compacted"}')
    this.#taskComplete('null')
  }

  #sessionMeta(tail: string): void {
    const { thread } = this.#journal
    this.#line(
      'session_meta',
      `{"id":"${thread.id}","timestamp":"${new Date(thread.createdAt).toISOString()}",` +
        `"cwd":"${thread.cwd}","originator":"${thread.originator}","cli_version":"0.131.0",` +
        `"source":"${thread.source}","model_provider":"${thread.modelProvider}",` +
        `"base_instructions":{"text":"${BASE_INSTRUCTIONS}"}${tail}}`,
    )
  }

  #taskStarted(): void {
    const journal = this.#journal
    this.#event(
      `{"type":"task_started","turn_id":"${journal.turnId}","started_at":${journal.seconds()},` +
        `"model_context_window":${CONTEXT_WINDOW},"collaboration_mode_kind":"default"}`,
    )
  }

  #taskComplete(...lastMessage: readonly (string | Body)[]): void {
    const journal = this.#journal
    const duration = journal.now - journal.turnStartedAt
    this.#event(
      `{"type":"task_complete","turn_id":"${journal.turnId}","last_agent_message":`,
      ...lastMessage,
      `,"completed_at":${journal.seconds()},"duration_ms":${duration},` +
        `"time_to_first_token_ms":${Math.min(duration, 1_200)}}`,
    )
  }

  #turnContext(): void {
    const journal = this.#journal
    const { model, cwd } = journal.thread
    this.#line(
      'turn_context',
      `{"turn_id":"${journal.turnId}","cwd":"${cwd}","current_date":"` +
        `${journal.timestamp().slice(0, 10)}","timezone":"Etc/UTC","approval_policy":"never",` +
        '"sandbox_policy":{"type":"danger-full-access"},"permission_profile":{"type":"disabled"},' +
        `"model":"${model}","personality":"pragmatic","collaboration_mode":{"mode":"default",` +
        `"settings":{"model":"${model}","reasoning_effort":null,"developer_instructions":null}},` +
        '"realtime_active":false,"summary":"auto",' +
        '"truncation_policy":{"mode":"bytes","limit":10000}}',
    )
  }

  #tokenCount(): void {
    const { total, last } = this.#journal
    this.#event(
      `{"type":"token_count","info":{"total_token_usage":${tokens(total)},` +
        `"last_token_usage":${tokens(last)},"model_context_window":${CONTEXT_WINDOW}},` +
        `"rate_limits":${RATE_LIMITS}}`,
    )
  }

  #message(role: string, content: string, body: Body | string): void {
    this.#item(...messagePayload(role, content, body))
  }

  #item(...payload: readonly (string | Body)[]): void {
    this.#line('response_item', ...payload)
  }

  #event(...payload: readonly (string | Body)[]): void {
    this.#line('event_msg', ...payload)
  }

  #line(type: string, ...payload: readonly (string | Body)[]): void {
    const journal = this.#journal
    journal.writer.write(
      `{"timestamp":"${journal.timestamp()}","type":"${type}","payload":`,
      ...payload,
      '}\n',
    )
  }
}

function messagePayload(role: string, content: string, body: Body | string): (string | Body)[] {
  return [
    `{"type":"message","role":"${role}","content":[{"type":"${content}","text":"`,
    body,
    '"}]}',
  ]
}
