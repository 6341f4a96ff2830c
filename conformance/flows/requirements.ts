/** One promise of an app-server. `docs/app-server.md` lists them with the cases that check them. */
export interface FlowRequirement {
  /** Never reused. */
  readonly id: string
  readonly sentence: string
  /** Where it comes from: a file, test or pull request of Codex, or `ours`. */
  readonly source: string
}

/** Every promise of the flow suite. */
export const flowRequirements = [
  {
    id: 'FLOW-1',
    source: 'app-server/README.md',
    sentence:
      'Before `initialize` every request is refused with `Not initialized`, and `initialize` succeeds once.',
  },
  {
    id: 'FLOW-2',
    source: 'v2/thread_start.rs',
    sentence:
      '`thread/start` is answered, then announced by `thread/started` with the same thread, and no status is told before.',
  },
  {
    id: 'FLOW-3',
    source: 'app-server/src/bespoke_event_handling.rs',
    sentence:
      'A turn is told in order: response, active, `turn/started`, items each begun before completed, tokens, idle, `turn/completed`.',
  },
  {
    id: 'FLOW-4',
    source: 'app-server-protocol',
    sentence: 'Every response and notification has the shape the schema gives it.',
  },
  {
    id: 'FLOW-5',
    source: 'v2/thread_read.rs',
    sentence:
      'Before the first user message turns cannot be read or listed, and the refusal says that the thread is not materialized.',
  },
  {
    id: 'FLOW-6',
    source: 'v2/thread_resume.rs',
    sentence:
      'Before the first user message a thread cannot be resumed, forked or archived: no rollout is found.',
  },
  {
    id: 'FLOW-7',
    source: 'v2/thread_read.rs',
    sentence:
      '`thread/read` gives a thread without turns, and with `includeTurns` every turn with all its items.',
  },
  {
    id: 'FLOW-8',
    source: 'v2/thread_read.rs',
    sentence:
      '`thread/turns/list` pages newest first in summaries, and its cursors lead both ways.',
  },
  {
    id: 'FLOW-9',
    source: 'app-server/src/request_processors/thread_processor.rs',
    sentence: 'A cursor whose turn is gone, or that is none, is refused.',
  },
  {
    id: 'FLOW-10',
    source: 'v2/thread_list.rs',
    sentence:
      '`thread/list` gives threads in which something was said, newest first, in pages that neither skip nor repeat.',
  },
  {
    id: 'FLOW-11',
    source: 'v2/thread_list.rs',
    sentence:
      'Lists hold the configured provider’s interactive threads unless the request says otherwise.',
  },
  {
    id: 'FLOW-12',
    source: 'v2/thread_list.rs',
    sentence: '`backwardsCursor` asks for what came since.',
  },
  {
    id: 'FLOW-13',
    source: 'v2/thread_name_websocket.rs',
    sentence:
      '`thread/name/set` is answered, then told to every client; the trimmed name is in reads, lists and resumes.',
  },
  {
    id: 'FLOW-14',
    source: 'v2/thread_metadata_update.rs',
    sentence:
      '`thread/metadata/update` sets, keeps and clears git facts, and every later read, list and resume shows the same.',
  },
  {
    id: 'FLOW-15',
    source: 'app-server/src/request_processors/thread_processor.rs',
    sentence: 'Patches that say nothing, and empty names and facts, are refused.',
  },
  {
    id: 'FLOW-16',
    source: 'v2/thread_memory_mode_set.rs',
    sentence: '`thread/memoryMode/set` is answered, and nothing is told.',
  },
  {
    id: 'FLOW-17',
    source: 'app-server/src/request_processors/thread_processor.rs',
    sentence:
      '`thread/archive` unloads the thread, is answered, then told; the thread moves to the list of archived ones.',
  },
  {
    id: 'FLOW-18',
    source: 'app-server/src/request_processors/thread_processor.rs',
    sentence:
      'An archived thread can be read and get git facts, but no name and no memory mode, and cannot be archived again.',
  },
  {
    id: 'FLOW-19',
    source: 'v2/thread_resume.rs rejects_archived_session_by_id',
    sentence:
      'An archived thread cannot be resumed or forked, and the refusal says how to unarchive it.',
  },
  {
    id: 'FLOW-20',
    source: 'v2/thread_unarchive.rs',
    sentence:
      '`thread/unarchive` is answered with the thread, then told; a thread that is not archived is refused.',
  },
  {
    id: 'FLOW-21',
    source: 'v2/thread_rollback.rs',
    sentence:
      '`thread/rollback` is answered when the marker is stored, with the turns that stand, and later reads agree.',
  },
  {
    id: 'FLOW-22',
    source: 'app-server/src/request_processors/thread_processor.rs',
    sentence:
      'Rollbacks of nothing, of running turns and of threads that are not loaded are refused.',
  },
  {
    id: 'FLOW-23',
    source: 'openai/codex#20575',
    sentence:
      'A cold resume is answered with the stored turns, then the tokens the history last counted are told, with the turn they belong to.',
  },
  {
    id: 'FLOW-24',
    source: 'v2/thread_resume.rs',
    sentence: 'With `excludeTurns` neither turns nor tokens are told.',
  },
  {
    id: 'FLOW-25',
    source: 'v2/thread_resume.rs keeps_in_flight_turn_streaming',
    sentence:
      'Resuming a running thread is answered with the running turn in it, and the turn goes on.',
  },
  {
    id: 'FLOW-26',
    source: 'app-server/src/request_processors/thread_processor.rs',
    sentence: 'A running thread cannot be resumed with another history or path.',
  },
  {
    id: 'FLOW-27',
    source: 'openai/codex#27031',
    sentence: 'A cold resume reads the history once; so does a fork.',
  },
  {
    id: 'FLOW-28',
    source: 'v2/thread_fork.rs',
    sentence:
      '`thread/fork` is answered, then tokens are told, then `thread/started`; the fork has a new id, its source’s turns, and a life of its own.',
  },
  {
    id: 'FLOW-29',
    source: 'v2/thread_fork.rs inherits_explicit_source_name',
    sentence: 'A fork goes by the name of its source.',
  },
  {
    id: 'FLOW-30',
    source: 'core/src/thread_manager.rs',
    sentence:
      'A turn that runs when its thread is forked is interrupted in the fork and goes on in the source.',
  },
  {
    id: 'FLOW-31',
    source: 'v2/thread_start.rs',
    sentence:
      'An ephemeral thread has no path, is never listed and refuses everything that needs it stored.',
  },
  {
    id: 'FLOW-32',
    source: 'v2/compaction.rs',
    sentence: '`thread/compact/start` is answered, then a turn compacts; earlier turns stay.',
  },
  {
    id: 'FLOW-33',
    source: 'v2/turn_interrupt.rs',
    sentence:
      '`turn/interrupt` is answered before `turn/completed` says that the turn was interrupted; another turn’s id is refused.',
  },
  {
    id: 'FLOW-34',
    source: 'v2/turn_steer.rs',
    sentence: '`turn/steer` adds to the running turn it names and refuses any other.',
  },
  {
    id: 'FLOW-35',
    source: 'v2/review.rs',
    sentence: 'An inline review is a turn of the thread that enters and leaves review mode.',
  },
  {
    id: 'FLOW-36',
    source: 'v2/review.rs',
    sentence:
      'A detached review runs in a fork that is announced before the response, and leaves its parent alone.',
  },
  {
    id: 'FLOW-37',
    source: 'ours',
    sentence: 'A detached review keeps its parent’s directory and git facts.',
  },
  {
    id: 'FLOW-38',
    source: 'v2/review.rs',
    sentence: 'A review of nothing is refused, and the refusal names what is empty.',
  },
  {
    id: 'FLOW-39',
    source: 'app-server/src/request_processors/thread_processor.rs',
    sentence: 'A thread that nobody knows is refused in the words that belong to the request.',
  },
  {
    id: 'FLOW-40',
    source: 'app-server/src/message_processor.rs',
    sentence: 'Unknown methods and malformed params are invalid requests.',
  },
  { id: 'FLOW-41', source: 'ours', sentence: 'Nothing a client sends stops the server.' },
  {
    id: 'FLOW-42',
    source: 'v2/thread_unsubscribe.rs',
    sentence: 'After `thread/unsubscribe` a client is told of the thread’s turns no more.',
  },
  {
    id: 'FLOW-43',
    source: 'openai/codex#20575',
    sentence:
      'Turns are told to those who follow the thread, replayed tokens to the client that asked, and names to all.',
  },
  {
    id: 'FLOW-44',
    source: 'v2/initialize.rs',
    sentence: 'A client is not told what it opted out of.',
  },
  {
    id: 'FLOW-45',
    source: 'v2/thread_read.rs reports_system_error_idle_flag_after_failed_turn',
    sentence: 'A failed turn is told as an error, and the thread shows it until the next turn.',
  },
  {
    id: 'FLOW-46',
    source: 'v2/thread_resume.rs',
    sentence:
      'A turn that was cut off by the end of its process is interrupted for those who read or resume it.',
  },
  {
    id: 'FLOW-47',
    source: 'ours',
    sentence: 'Text comes back as it was said, whatever characters are in it.',
  },
  {
    id: 'FLOW-48',
    source: 'app-server/README.md',
    sentence: 'Pieces of a message are told before the whole, and add up to it.',
  },
  {
    id: 'FLOW-49',
    source: 'v2/thread_archive.rs archives_spawned_descendants',
    sentence:
      'Archiving a thread archives what it spawned, as far as that goes: it is told first, then its descendants, the last spawned first.',
  },
  {
    id: 'FLOW-50',
    source: 'app-server/src/request_processors/thread_processor.rs',
    sentence:
      '`thread/delete` is answered, then told for its descendants, the last spawned first, and for the thread; nothing of them is left.',
  },
  {
    id: 'FLOW-51',
    source: 'v2/thread_unsubscribe.rs',
    sentence:
      'A thread that nobody follows stays loaded for a while and while a turn runs, then is unloaded and told to be closed.',
  },
  {
    id: 'FLOW-52',
    source: 'v2/thread_resume.rs uses_path_over_non_running_thread_id',
    sentence:
      'Where threads are files a path names a thread, also before the file is there; elsewhere it is refused.',
  },
  {
    id: 'FLOW-53',
    source: 'v2/thread_resume.rs supports_history_and_overrides',
    sentence:
      'Resuming a history that a client kept begins a thread of its own that goes on from it.',
  },
  {
    id: 'FLOW-54',
    source: 'v2/thread_inject_items.rs',
    sentence:
      'Injected items are shown to the model from the next turn on, and again when the thread is resumed.',
  },
  {
    id: 'FLOW-55',
    source: 'core/src/session/rollout_reconstruction.rs',
    sentence:
      'The model is shown what stands: what was rolled back is gone for it, also when the thread is resumed.',
  },
  {
    id: 'FLOW-56',
    source: 'suite/conversation_summary.rs',
    sentence:
      '`getConversationSummary` tells of a thread by its id and, where threads are files, by its path.',
  },
  {
    id: 'FLOW-57',
    source: 'app-server/src/message_processor.rs',
    sentence:
      'Each client is answered in the order in which it asked, whatever others ask meanwhile, and one that leaves takes nothing with it.',
  },
] as const

export type FlowRequirementId = (typeof flowRequirements)[number]['id']
