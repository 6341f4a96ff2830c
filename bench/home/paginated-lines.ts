import { type Body, CONTEXT_WINDOW, type Journal, type TokenCounts, tokens } from './journal.js'
import { BASE_INSTRUCTIONS, gitInfo } from './plan.js'
import {
  ABORTED,
  type Compaction,
  type Cut,
  type RolloutLines,
  type Step,
} from './rollout-lines.js'

const RATE_LIMITS =
  '{"limit_id":"codex","limit_name":null,"primary":null,"secondary":null,"credits":null,' +
  '"individual_limit":null,"spend_control_reached":null,"plan_type":null,' +
  '"rate_limit_reached_type":null}'

const WORLD_STATE =
  '{"full":true,"state":{"agents_md":{},"approved_command_prefixes":[],"apps_instructions":false,' +
  '"context_window_guidance":"","environments_instructions":false,"git_attribution":false,' +
  '"host_skills":{"includeInstructions":false},"managed_developer_instructions":{},"model":"%",' +
  '"model_catalog":"ea1a55de2973a50e2e404222c5499c24df5591ed","multi_agent_mode":{},' +
  '"persistent_mode":{},"plugins_instructions":false,"realtime":{"active":false},' +
  '"skills":{"includeInstructions":false}}}'

type Part = string | Body

interface PaginatedOptions {
  readonly rolloutId: string
  /** Where the rollout begins: another thread's for a fork, the thread's own for a revert, none for a new thread. */
  readonly base: Cut | null
}

/** Rollout lines as Codex 0.169.0 writes them: ordinals, completed items, references to other rollouts. */
export class PaginatedLines implements RolloutLines {
  readonly overhead = { turn: 3_450, step: 4_040, end: 2_980 }
  readonly copies = { answer: 3, output: 2 }
  readonly #journal: Journal
  readonly #rolloutId: string
  readonly #base: Cut | null
  #ordinal: number
  #historySequence: number
  #userInputOrder: number
  #windows = 0
  #windowId: string
  #describedWorld: boolean

  constructor(journal: Journal, { rolloutId, base }: PaginatedOptions) {
    this.#journal = journal
    this.#rolloutId = rolloutId
    this.#base = base
    this.#ordinal = base?.endOrdinalExclusive ?? 0
    this.#historySequence = base?.historySequence ?? 1
    this.#userInputOrder = base?.userInputOrder ?? 0
    this.#windowId = journal.random.uuid(journal.now)
    this.#describedWorld = base !== null
    if (base !== null) journal.total = base.tokens
  }

  begin(): void {
    const { thread } = this.#journal
    const base = this.#base
    const forked = base !== null && base.threadId !== thread.id
    this.#line(
      'session_meta',
      `{"account_scoped":true,"session_id":"${thread.id}","id":"${thread.id}",` +
        (forked
          ? `"forked_from_id":"${base.threadId}",` +
            `"forked_from_ordinal_exclusive":${base.endOrdinalExclusive},`
          : '') +
        `"timestamp":"${this.#journal.timestamp()}","cwd":"${thread.cwd}",` +
        `"runtime_workspace_roots":["${thread.cwd}"],"originator":"${thread.originator}",` +
        `"cli_version":"0.169.0","source":"${thread.source}",` +
        `"model_provider":"${thread.modelProvider}","base_instructions":` +
        `{"text":"${BASE_INSTRUCTIONS}","provenance":{"type":"custom"}},"history_mode":"paginated",` +
        (base === null
          ? ''
          : `"history_base":{"thread_id":"${base.rolloutId}",` +
            `"end_ordinal_exclusive":${base.endOrdinalExclusive},` +
            `"end_byte_offset":${base.endByteOffset}},"multi_agent_version":"v1",`) +
        `"context_window":{"window_id":"${this.#windowId}"},"git":${gitInfo(thread)}}`,
    )
    if (base !== null) this.#settingsApplied()
  }

  cut(preview: string): Cut {
    return {
      threadId: this.#journal.thread.id,
      rolloutId: this.#rolloutId,
      endOrdinalExclusive: this.#ordinal,
      endByteOffset: this.#journal.writer.position,
      historySequence: this.#historySequence,
      userInputOrder: this.#userInputOrder,
      tokens: this.#journal.total,
      preview,
    }
  }

  startTurn(message: Body): void {
    const journal = this.#journal
    journal.pass(90_000)
    journal.startTurn()
    this.#taskStarted()
    journal.pass(10)
    if (!this.#describedWorld) this.#worldState()
    this.#turnContext()
    if (!this.#describedWorld) this.#settingsApplied()
    this.#describedWorld = true
    this.#userMessage(message, '"user.text"', '{"type":"user"}')
    this.#completed(
      `{"type":"UserMessage","id":"${journal.random.uuid(journal.now)}",` +
        '"content":[{"type":"text","text":"',
      message,
      '","text_elements":[]}]}',
    )
  }

  step({ summary, ciphertext, command, output }: Step): void {
    const journal = this.#journal
    const reasoning = `rs_${journal.random.hex(32)}`
    const call = `call_${journal.random.hex(24)}`
    journal.pass(4_000)
    this.#completed(
      `{"type":"Reasoning","id":"${reasoning}","summary_text":["`,
      summary,
      '"],"raw_content":[]}',
    )
    this.#item(this.#sampled(), [
      `{"type":"reasoning","id":"${reasoning}","summary":[{"type":"summary_text","text":"`,
      summary,
      '"}],"content":null,"encrypted_content":"',
      ciphertext,
      `",${this.#passthrough('')}}`,
    ])
    this.#item(`${this.#sampled()},"user_input_order":${this.#userInputOrder++}`, [
      `{"type":"function_call","id":"fc_${journal.random.hex(32)}","name":"exec_command",` +
        `"arguments":"{\\"cmd\\":\\"${command}\\"}","call_id":"${call}",${this.#passthrough('')}}`,
    ])
    this.#usage(ciphertext.length)
    journal.pass(400)
    this.#commandExecution(call, command, output)
    this.#callOutput(call, output)
    this.#tokenCount()
  }

  endTurn(answer: Body): void {
    const journal = this.#journal
    const { random } = journal
    const id = `msg_${random.hex(32)}`
    journal.pass(3_000)
    this.#completed(
      `{"type":"AgentMessage","id":"${id}","content":[{"type":"Text","text":"`,
      answer,
      '"}]}',
    )
    this.#item(`${this.#retained(id, 'assistant')},"client_authored":false,${this.#order()}`, [
      `{"type":"message","id":"${id}","role":"assistant","content":[{"type":"output_text","text":"`,
      answer,
      `"}],${this.#passthrough(',"content_item_kinds":["unknown"]')}}`,
    ])
    this.#usage(answer.length)
    this.#tokenCount()
    journal.pass(5)
    this.#taskComplete('"', answer, '"')
  }

  interruptTurn(): void {
    const journal = this.#journal
    journal.pass(2_000)
    this.#tokenCount()
    this.#userMessage(ABORTED, '"generic.turn_aborted"', '{"type":"harness","hook":false}')
    this.#event(
      `{"type":"turn_aborted","root_turn_id":"${journal.turnId}","turn_id":"${journal.turnId}",` +
        `"reason":"interrupted","started_at":${Math.floor(journal.turnStartedAt / 1000)},` +
        `"completed_at":${journal.seconds()},` +
        `"duration_ms":${journal.now - journal.turnStartedAt}}`,
    )
  }

  compact({ summary, kept }: Compaction): void {
    const journal = this.#journal
    journal.pass(2_000)
    journal.startTurn()
    this.#taskStarted()
    journal.pass(8_000)
    this.#usage(summary.length)
    this.#tokenCount()
    const history: Part[] = []
    for (const body of [...kept, summary]) {
      history.push(history.length > 0 ? ',' : '', ...this.#keptMessage(body))
    }
    const previous = this.#windowId
    this.#windowId = journal.random.uuid(journal.now)
    this.#line(
      'compacted',
      '{"message":"',
      summary,
      '","replacement_history":[',
      ...history,
      `],"window_number":${++this.#windows},"previous_window_id":"${previous}",` +
        `"window_id":"${this.#windowId}"}`,
    )
    this.#worldState()
    this.#turnContext()
    this.#completed(`{"type":"ContextCompaction","id":"${journal.random.uuid(journal.now)}"}`)
    this.#taskComplete('null')
  }

  #userMessage(message: Part, kind: string, provenance: string): void {
    const journal = this.#journal
    const id = `msg_${journal.random.uuid(journal.now)}`
    this.#item(
      `${this.#retained(id, 'user')},"client_authored":false,${this.#order()},` +
        '"mcp_attribution":{"status":"none"}',
      [
        `{"type":"message","id":"${id}","role":"user","content":[{"type":"input_text","text":"`,
        message,
        `"}],${this.#passthrough(
          `,"create_time":${journal.now / 1000},"content_item_kinds":[${kind}],` +
            `"content_item_metadata":[{"provenance":${provenance}}]`,
        )}}`,
      ],
    )
  }

  #keptMessage(body: Body): Part[] {
    const journal = this.#journal
    return [
      `{"type":"message","id":"msg_${journal.random.uuid(journal.now)}","role":"user",` +
        '"content":[{"type":"input_text","text":"',
      body,
      `"}],${this.#passthrough(',"content_item_kinds":["user.text"]')}}`,
    ]
  }

  #commandExecution(call: string, command: string, output: Body): void {
    const { random, thread } = this.#journal
    this.#completed(
      `{"type":"CommandExecution","id":"${call}","process_id":"${1000 + random.below(60000)}",` +
        `"command":["/bin/bash","-lc","${command}"],"cwd":"file://${thread.cwd}",` +
        `"parsed_cmd":[{"type":"unknown","cmd":"${command}"}],"source":"unified_exec_startup",` +
        '"status":"completed","aggregated_output":"',
      output,
      `","exit_code":0,"duration":{"secs":0,"nanos":${random.below(999_999_999)}}}`,
    )
  }

  #callOutput(call: string, output: Body): void {
    const journal = this.#journal
    const { random } = journal
    this.#item(`${this.#sampled()},"fallback_token_limit_override":3000`, [
      `{"type":"function_call_output","id":"fco_${random.uuid(journal.now)}","call_id":"${call}",` +
        `"output":"Chunk ID: ${random.hex(6)}\\nWall time: 0.${1000 + random.below(9000)} seconds\\n` +
        'Process exited with code 0\\n' +
        `Original token count: ${Math.ceil(output.length / 4)}\\nOutput:\\n`,
      output,
      `",${this.#passthrough(`,"create_time":${journal.now / 1000}`)}}`,
    ])
  }

  #taskStarted(): void {
    const journal = this.#journal
    const turn = `"turn_id":"${journal.turnId}"`
    const root = `"root_turn_id":"${journal.turnId}"`
    this.#event(
      `{"type":"task_started","turn_attribution":{${turn},"turn_trigger":null,` +
        `"parent_turn_id":null,"initiating_agent_path":null,${root}},${turn},${root},` +
        `"started_at":${journal.seconds()},"model_context_window":${CONTEXT_WINDOW},` +
        '"collaboration_mode_kind":"default"}',
    )
  }

  #taskComplete(...lastMessage: readonly Part[]): void {
    const journal = this.#journal
    const duration = journal.now - journal.turnStartedAt
    this.#event(
      `{"type":"task_complete","root_turn_id":"${journal.turnId}","turn_id":"${journal.turnId}",` +
        '"last_agent_message":',
      ...lastMessage,
      `,"started_at":${Math.floor(journal.turnStartedAt / 1000)},` +
        `"completed_at":${journal.seconds()},"duration_ms":${duration},` +
        `"time_to_first_token_ms":${Math.min(duration, 1_200)}}`,
    )
  }

  #worldState(): void {
    this.#line('world_state', WORLD_STATE.replace('%', this.#journal.thread.model))
  }

  #turnContext(): void {
    const journal = this.#journal
    const { cwd } = journal.thread
    this.#line(
      'turn_context',
      `{"turn_id":"${journal.turnId}","root_turn_id":"${journal.turnId}","disabled_plugin_ids":[],` +
        `"cwd":"${cwd}","approval_policy":"never","approvals_reviewer":"user",` +
        `"permission_profile":{"type":"disabled"},"model":"${journal.thread.model}",` +
        `${this.#collaborationMode()},"multi_agent_version":"v1","realtime_active":false,` +
        '"summary":"none","sandbox_policy":{"type":"danger-full-access"}}',
    )
  }

  #settingsApplied(): void {
    const { id, cwd, model, modelProvider } = this.#journal.thread
    this.#event(
      `{"type":"thread_settings_applied","thread_id":"${id}","thread_settings":{"model":"${model}",` +
        `"model_provider_id":"${modelProvider}","approval_policy":"never",` +
        '"approvals_reviewer":"user","requested_approvals_reviewer":"user",' +
        `"permission_profile":{"type":"disabled"},"cwd":"${cwd}",` +
        `"runtime_workspace_roots":["${cwd}"],${this.#collaborationMode()},` +
        '"disabled_plugin_ids":[]}}',
    )
  }

  #collaborationMode(): string {
    return (
      `"collaboration_mode":{"mode":"default","settings":{"model":"${this.#journal.thread.model}",` +
      '"reasoning_effort":null,"developer_instructions":null}}'
    )
  }

  #usage(answer: number): void {
    const journal = this.#journal
    journal.count(journal.writer.position, answer)
    const spell = (counts: TokenCounts): string => tokens(counts, '"cache_write_input_tokens":0,')
    this.#line(
      'token_usage_record',
      `{"thread_id":"${journal.thread.id}","turn_id":"${journal.turnId}",` +
        `"session_id":"${journal.thread.id}","root_turn_id":"${journal.turnId}",` +
        `"response_id":"resp_${journal.random.hex(32)}","usage":${spell(journal.last)},` +
        `"turn_token_usage":${spell(journal.turn)},"thread_token_usage":${spell(journal.total)}}`,
    )
  }

  #tokenCount(): void {
    const { total, last } = this.#journal
    const extra = '"cache_write_input_tokens":0,'
    this.#event(
      `{"type":"token_count","info":{"total_token_usage":${tokens(total, extra)},` +
        `"last_token_usage":${tokens(last, extra)},"last_usage_includes_reasoning":false,` +
        `"model_context_window":${CONTEXT_WINDOW}},"rate_limits":${RATE_LIMITS}}`,
    )
  }

  #sampled(): string {
    const sequence = this.#historySequence++
    return (
      `"history_sequence":${sequence},"sampled_through_sequence":${sequence - 1},` +
      '"client_authored":false'
    )
  }

  #retained(messageId: string, role: string): string {
    const journal = this.#journal
    const sequence = this.#historySequence++
    return (
      `"history_sequence":${sequence},"sampled_through_sequence":${sequence - 1},` +
      `"retained_source":{"id":{"message_id":"${messageId}","turn_id":"${journal.turnId}",` +
      `"role":"${role}"},"revision":"retained_${journal.random.uuid(journal.now)}","complete":true}`
    )
  }

  #order(): string {
    return `"user_input_order":${this.#userInputOrder++}`
  }

  #passthrough(more: string): string {
    return `"internal_chat_message_metadata_passthrough":{"turn_id":"${this.#journal.turnId}"${more}}`
  }

  #completed(...item: readonly Part[]): void {
    const { thread, turnId, now } = this.#journal
    this.#event(
      `{"type":"item_completed","thread_id":"${thread.id}","turn_id":"${turnId}","item":`,
      ...item,
      `,"started_at_ms":${now},"completed_at_ms":${now}}`,
    )
  }

  #event(...payload: readonly Part[]): void {
    this.#line('event_msg', ...payload)
  }

  #item(metadata: string, payload: readonly Part[]): void {
    this.#head('response_item')
    this.#journal.writer.write(...payload, `,"metadata":{${metadata}}}\n`)
  }

  #line(type: string, ...payload: readonly Part[]): void {
    this.#head(type)
    this.#journal.writer.write(...payload, '}\n')
  }

  #head(type: string): void {
    const journal = this.#journal
    journal.writer.write(
      `{"timestamp":"${journal.timestamp()}","ordinal":${this.#ordinal++},"type":"${type}","payload":`,
    )
  }
}
