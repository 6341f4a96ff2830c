/** `MUST`: a store that breaks it is wrong. `SHOULD`: a store may differ, and says so in a baseline. */
export type RequirementLevel = 'MUST' | 'SHOULD'

/** One promise of the contract. `docs/thread-store.md` states the same ones, in the same words. */
export interface Requirement {
  /** Area and number; never reused. */
  readonly id: string
  readonly level: RequirementLevel
  readonly sentence: string
  /** Where it comes from: a file or pull request of Codex, or `ours`. */
  readonly source: string
}

/** Every promise of the contract, by area. */
export const requirements = [
  // Lifecycle
  {
    id: 'LIFE-1',
    level: 'MUST',
    source: 'thread-store/src/store.rs create_thread',
    sentence:
      'A created thread’s history begins with one `session_meta` item made from the params.',
  },
  {
    id: 'LIFE-2',
    level: 'MUST',
    source: 'thread-store/src/types.rs',
    sentence:
      'A created thread’s record holds what the params said; everything else is `null`, empty, or the documented default.',
  },
  {
    id: 'LIFE-3',
    level: 'MUST',
    source: 'thread-store/src/store.rs create_thread',
    sentence: 'The handle that created a thread can append to it at once.',
  },
  {
    id: 'LIFE-4',
    level: 'MUST',
    source: 'ours',
    sentence:
      'Creating a thread that is stored already is `CONFLICT {already-exists}`, or `{already-live}` while it is live, and changes nothing.',
  },
  {
    id: 'LIFE-5',
    level: 'MUST',
    source: 'thread-store/src/local/live_writer.rs',
    sentence:
      'Creating or resuming a thread that is live on the same handle is `CONFLICT {already-live}`, and the writer stays usable.',
  },
  {
    id: 'LIFE-6',
    level: 'MUST',
    source: 'openai/codex#34986',
    sentence:
      'Creating or resuming a thread that is live on another handle is `CONFLICT {already-live}`, where the store claims that writers reach across handles.',
  },
  {
    id: 'LIFE-7',
    level: 'MUST',
    source: 'thread-store/src/store.rs resume_thread',
    sentence:
      '`resumeThread` opens a live writer on a stored thread: what is appended comes after what was stored.',
  },
  {
    id: 'LIFE-8',
    level: 'MUST',
    source: 'openai/codex#18882',
    sentence: 'An archived thread is resumed only with `includeArchived`, and stays archived.',
  },
  {
    id: 'LIFE-9',
    level: 'MUST',
    source: 'thread-store/src/store.rs flush_thread',
    sentence:
      'When `flushThread` resolves, everything acknowledged before is readable through every handle.',
  },
  {
    id: 'LIFE-10',
    level: 'MUST',
    source: 'thread-store/src/store.rs shutdown_thread',
    sentence:
      '`shutdownThread` keeps everything acknowledged and closes the writer: the handle cannot append any more.',
  },
  {
    id: 'LIFE-11',
    level: 'MUST',
    source: 'thread-store/src/store.rs discard_thread',
    sentence: '`discardThread` closes the writer: the handle cannot append any more.',
  },
  {
    id: 'LIFE-12',
    level: 'MUST',
    source: 'thread-store/src/store.rs discard_thread',
    sentence: '`discardThread` keeps what was durable.',
  },
  {
    id: 'LIFE-13',
    level: 'MUST',
    source: 'ours',
    sentence:
      '`discardThread` is idempotent: it resolves also for a thread that is not live or not known.',
  },
  {
    id: 'LIFE-14',
    level: 'MUST',
    source: 'openai/codex#34986',
    sentence: '`discardThread` on one handle leaves the writer of another handle alone.',
  },
  {
    id: 'LIFE-15',
    level: 'MUST',
    source: 'thread-store/src/local/mod.rs',
    sentence:
      'Append, persist, flush and shutdown on a handle without the thread’s live writer are `CONFLICT {not-live}` and change nothing.',
  },
  {
    id: 'LIFE-16',
    level: 'MUST',
    source: 'ours',
    sentence:
      'A thread whose writer was shut down or discarded can be resumed, also by another handle.',
  },
  {
    id: 'LIFE-17',
    level: 'MUST',
    source: 'ours',
    sentence:
      '`close` keeps everything acknowledged, lets go of the handle’s writers and may be called again.',
  },
  {
    id: 'LIFE-18',
    level: 'MUST',
    source: 'ours',
    sentence: 'After `close` every call is `INVALID_REQUEST {store-closed}`.',
  },
  {
    id: 'LIFE-19',
    level: 'MUST',
    source: 'ours',
    sentence: 'In an eager store a thread exists for reads and lists once `createThread` resolved.',
  },
  {
    id: 'LIFE-20',
    level: 'MUST',
    source: 'thread-store/src/local/mod.rs',
    sentence:
      'In a lazy store only its own handle knows a thread until it was persisted or its first item was appended.',
  },
  {
    id: 'LIFE-21',
    level: 'MUST',
    source: 'thread-store/src/local/mod.rs',
    sentence:
      'In a lazy store a thread that was never materialised leaves nothing behind when it is shut down or discarded.',
  },
  {
    id: 'LIFE-22',
    level: 'MUST',
    source: 'thread-store/src/store.rs persist_thread',
    sentence:
      'When `persistThread` resolves, the thread exists and everything appended is readable through every handle.',
  },
  { id: 'LIFE-23', level: 'MUST', source: 'ours', sentence: 'Disposing of a store closes it.' },
  {
    id: 'LIFE-24',
    level: 'MUST',
    source: 'openai/codex#19474',
    sentence:
      'Threads of one handle have writers of their own: closing one leaves the others live.',
  },
  {
    id: 'LIFE-25',
    level: 'MUST',
    source: 'ours',
    sentence:
      'A call that is under way when the handle is closed is answered: as ever, or with `INVALID_REQUEST {store-closed}`.',
  },
  {
    id: 'LIFE-26',
    level: 'MUST',
    source: 'ours',
    sentence:
      'A new thread takes nothing from another one that has a rollout of its id: that one stays as it was, or the id is `CONFLICT {already-exists}`.',
  },

  // Append
  {
    id: 'APPEND-1',
    level: 'MUST',
    source: 'thread-store/src/store.rs append_items',
    sentence:
      'Items come back in the order in which they were appended, within a call and across calls.',
  },
  {
    id: 'APPEND-2',
    level: 'MUST',
    source: 'ours',
    sentence: 'An item comes back deep-equal to what was given, its timestamp included.',
  },
  {
    id: 'APPEND-3',
    level: 'MUST',
    source: 'rollout/src/recorder.rs',
    sentence: 'An item without a timestamp is stamped with the time of the append.',
  },
  {
    id: 'APPEND-4',
    level: 'MUST',
    source: 'rollout/src/recorder.rs',
    sentence: 'Items of unknown type and fields beside the known ones are kept.',
  },
  {
    id: 'APPEND-5',
    level: 'MUST',
    source: 'openai/codex#22236',
    sentence:
      '`appendItems` changes no field of the record, not even `updatedAt`, whatever the items say.',
  },
  {
    id: 'APPEND-6',
    level: 'MUST',
    source: 'ours',
    sentence:
      'A batch is stored whole or not at all: one item that cannot be stored refuses the batch with `INVALID_REQUEST {invalid-item}`.',
  },
  {
    id: 'APPEND-7',
    level: 'MUST',
    source: 'ours',
    sentence: 'Appending no items changes nothing.',
  },
  {
    id: 'APPEND-8',
    level: 'MUST',
    source: 'ours',
    sentence: 'Items are not deduplicated: what is appended twice comes back twice.',
  },
  {
    id: 'APPEND-9',
    level: 'MUST',
    source: 'ours',
    sentence: 'What the caller does to an item after the call resolved does not reach the store.',
  },
  {
    id: 'APPEND-10',
    level: 'MUST',
    source: 'openai/codex#19474',
    sentence: 'An append reaches one thread and no other.',
  },
  {
    id: 'APPEND-11',
    level: 'MUST',
    source: 'openai/codex#32276',
    sentence:
      'An append after a torn last line ends that line first, so that the new items can be read.',
  },
  {
    id: 'APPEND-12',
    level: 'MUST',
    source: 'openai/codex#34382',
    sentence: 'Appending to a resumed thread changes no field of its record either.',
  },

  // History
  {
    id: 'HIST-1',
    level: 'MUST',
    source: 'openai/codex#10839',
    sentence:
      '`readThread` with `includeHistory` gives the history `loadHistory` gives; without it `history` is `null`.',
  },
  {
    id: 'HIST-2',
    level: 'MUST',
    source: 'ours',
    sentence: 'What was read holds still while the thread is appended to and patched.',
  },
  {
    id: 'HIST-3',
    level: 'MUST',
    source: 'ours',
    sentence: 'Changing what was returned changes nothing in the store.',
  },
  {
    id: 'HIST-4',
    level: 'MUST',
    source: 'ours',
    sentence: 'A record and the history read with it are of one point in time.',
  },
  {
    id: 'HIST-5',
    level: 'MUST',
    source: 'thread-store/src/local/read_thread.rs',
    sentence:
      'The record and history of an archived thread are read only with `includeArchived`; without it the call is `INVALID_REQUEST {archived}`.',
  },
  {
    id: 'HIST-6',
    level: 'MUST',
    source: 'protocol HistoryPosition',
    sentence:
      'A history’s position names its current rollout, the ordinal its next item would get and the rollout’s length in bytes; it is `null` in a store without lineage.',
  },
  {
    id: 'HIST-7',
    level: 'MUST',
    source: 'rollout/src/recorder.rs',
    sentence:
      'In a paginated history every item has its ordinal, counted without gaps from the start of the lineage.',
  },
  {
    id: 'HIST-8',
    level: 'MUST',
    source: 'openai/codex#35746',
    sentence:
      'An ordinal given with an item of a paginated history is the one the item gets, or the batch is `INVALID_REQUEST {invalid-item}`.',
  },
  {
    id: 'HIST-9',
    level: 'MUST',
    source: 'openai/codex#30261',
    sentence:
      'A history mode the store does not know is kept; reading or extending that history is `UNSUPPORTED {history-mode}`, the record is still readable.',
  },
  {
    id: 'HIST-10',
    level: 'MUST',
    source: 'openai/codex#30261',
    sentence:
      'The history mode is fixed when the thread is created; no later `session_meta` changes it.',
  },
  {
    id: 'HIST-11',
    level: 'MUST',
    source: 'openai/codex#18009',
    sentence: 'A read changes nothing.',
  },

  // Metadata
  {
    id: 'META-1',
    level: 'MUST',
    source: 'openai/codex#21874',
    sentence: 'Every patch field that is set reads back as it was set, from every read and list.',
  },
  {
    id: 'META-2',
    level: 'MUST',
    source: 'thread-store/src/types.rs',
    sentence: 'A field absent from the patch is unchanged; `undefined` is absent.',
  },
  {
    id: 'META-3',
    level: 'MUST',
    source: 'thread-store/src/types.rs',
    sentence: '`null` clears a clearable field.',
  },
  {
    id: 'META-4',
    level: 'MUST',
    source: 'thread-store/src/types.rs',
    sentence:
      '`null` for a field that cannot be cleared is `INVALID_REQUEST {not-clearable}` and changes nothing.',
  },
  {
    id: 'META-5',
    level: 'MUST',
    source: 'openai/codex#20576',
    sentence: '`gitInfo` is patched field by field: absent leaves, `null` clears, a value sets.',
  },
  {
    id: 'META-6',
    level: 'MUST',
    source: 'thread-store/src/in_memory.rs',
    sentence: '`gitInfo` reads as `null` when none of its fields is known.',
  },
  {
    id: 'META-7',
    level: 'MUST',
    source: 'ours',
    sentence: 'A patch returns the record as a read gives it.',
  },
  {
    id: 'META-8',
    level: 'MUST',
    source: 'thread-store/src/local/update_thread_metadata.rs',
    sentence: 'An empty patch is a read.',
  },
  {
    id: 'META-9',
    level: 'MUST',
    source: 'openai/codex#21873',
    sentence:
      'A patch field the contract does not name is `INVALID_REQUEST {malformed-params}` and changes nothing.',
  },
  {
    id: 'META-10',
    level: 'MUST',
    source: 'openai/codex#18361',
    sentence: 'A patch is applied whole or not at all.',
  },
  {
    id: 'META-11',
    level: 'MUST',
    source: 'openai/codex#22236',
    sentence: 'A patch is literal: it changes no field it does not name, not even `updatedAt`.',
  },
  {
    id: 'META-12',
    level: 'MUST',
    source: 'thread-store/src/types.rs',
    sentence: 'Applying the merge of two patches equals applying one after the other.',
  },
  {
    id: 'META-13',
    level: 'MUST',
    source: 'openai/codex#20576',
    sentence: 'A stored thread can be patched without being live.',
  },
  {
    id: 'META-14',
    level: 'MUST',
    source: 'openai/codex#18882',
    sentence:
      'An archived thread is patched only with `includeArchived`, stays archived, and is otherwise left alone.',
  },
  {
    id: 'META-15',
    level: 'MUST',
    source: 'openai/codex#22236',
    sentence:
      'A patch leaves the history as it is, except that a store may add a `session_meta` item.',
  },
  {
    id: 'META-16',
    level: 'MUST',
    source: 'openai/codex#21873',
    sentence: 'Concurrent patches of different fields all survive.',
  },
  {
    id: 'META-17',
    level: 'MUST',
    source: 'openai/codex#21874',
    sentence: 'A resumed thread can be patched and read like a created one.',
  },
  {
    id: 'META-18',
    level: 'MUST',
    source: 'openai/codex#34382',
    sentence: 'A cleared field stays cleared when the thread is resumed and appended to.',
  },
  {
    id: 'META-19',
    level: 'MUST',
    source: 'thread-store/src/types.rs',
    sentence: '`memoryMode` is set to `enabled` or `disabled`, nothing else.',
  },
  {
    id: 'META-20',
    level: 'MUST',
    source: 'ours',
    sentence:
      '`rolloutPath` is a field like any other in a store without `paths`; a store with `paths` owns it and refuses it with `INVALID_REQUEST {path-not-owned}`.',
  },
  {
    id: 'META-21',
    level: 'MUST',
    source: 'ours',
    sentence:
      'Times are set literally, also back in time; anything but ISO 8601 UTC with milliseconds is `INVALID_REQUEST {malformed-params}`.',
  },
  {
    id: 'META-22',
    level: 'MUST',
    source: 'openai/codex#20228',
    sentence:
      'A spawned subagent’s nickname, role and path are taken from its source when the thread is created.',
  },
  {
    id: 'META-23',
    level: 'MUST',
    source: 'openai/codex#21874',
    sentence: 'A created thread has the git facts the params gave, and none that were not given.',
  },
  {
    id: 'META-24',
    level: 'MUST',
    source: 'ours',
    sentence: 'A patch reaches one thread and no other.',
  },
  {
    id: 'META-25',
    level: 'MUST',
    source: 'openai/codex#35644',
    sentence:
      'What a patch was given is copied: changing it after the call resolved does not reach the store.',
  },

  // Lists
  {
    id: 'LIST-1',
    level: 'MUST',
    source: 'thread-store/src/store.rs list_threads',
    sentence:
      'Without filters a list holds every thread that is not archived, newest `createdAt` first.',
  },
  {
    id: 'LIST-2',
    level: 'MUST',
    source: 'thread-store/src/local/list_threads.rs',
    sentence: '`archived: true` lists the archived threads and no others.',
  },
  {
    id: 'LIST-3',
    level: 'MUST',
    source: 'thread-store/src/types.rs',
    sentence: '`sortKey` and `sortDirection` decide the order.',
  },
  {
    id: 'LIST-4',
    level: 'MUST',
    source: 'openai/codex#39273',
    sentence: 'Threads with equal times are ordered by id, in the direction of the list.',
  },
  {
    id: 'LIST-5',
    level: 'MUST',
    source: 'ours',
    sentence:
      'The pages of a list hold every thread exactly once, in order, also when times are equal; the last page has no cursor.',
  },
  {
    id: 'LIST-6',
    level: 'MUST',
    source: 'thread-store/src/types.rs',
    sentence:
      'A page holds at most `pageSize` threads, and a page with a cursor holds exactly that many.',
  },
  {
    id: 'LIST-7',
    level: 'MUST',
    source: 'thread-store/src/local/list_threads.rs',
    sentence: 'A cursor that no list returned is `INVALID_REQUEST {invalid-cursor}`.',
  },
  {
    id: 'LIST-8',
    level: 'MUST',
    source: 'ours',
    sentence:
      'A cursor of a list with other filters or another order is `INVALID_REQUEST {invalid-cursor}`; the page size may differ.',
  },
  {
    id: 'LIST-9',
    level: 'MUST',
    source: 'thread-store/src/types.rs',
    sentence:
      '`allowedSources` keeps the threads whose source is one of them, objects compared by value; absent or empty keeps all.',
  },
  {
    id: 'LIST-10',
    level: 'MUST',
    source: 'thread-store/src/types.rs',
    sentence: '`modelProviders` keeps the threads of those providers; absent or empty keeps all.',
  },
  {
    id: 'LIST-11',
    level: 'MUST',
    source: 'thread-store/src/types.rs',
    sentence:
      '`cwdFilters` keeps the threads of exactly those directories; absent keeps all, empty keeps none.',
  },
  {
    id: 'LIST-12',
    level: 'MUST',
    source: 'ours',
    sentence:
      '`searchTerm` keeps the threads with that literal text in name, title, preview or first user message; only the case of A to Z is ignored.',
  },
  {
    id: 'LIST-13',
    level: 'MUST',
    source: 'ours',
    sentence: 'Filters combine: a thread is listed when it passes all of them.',
  },
  {
    id: 'LIST-14',
    level: 'MUST',
    source: 'openai/codex#30328',
    sentence: 'A listed thread is the record a read gives, without history.',
  },
  {
    id: 'LIST-15',
    level: 'MUST',
    source: 'openai/codex#35678',
    sentence:
      'Threads created, archived, patched or deleted between two pages make no other thread appear twice or not at all.',
  },
  {
    id: 'LIST-16',
    level: 'MUST',
    source: 'ours',
    sentence: '`pageSize` is 1 to 1000; anything else is `INVALID_REQUEST {malformed-params}`.',
  },
  {
    id: 'LIST-17',
    level: 'MUST',
    source: 'openai/codex#35644',
    sentence: 'A list changes nothing.',
  },
  { id: 'LIST-18', level: 'MUST', source: 'ours', sentence: '`cursor: null` is the first page.' },
  {
    id: 'LIST-19',
    level: 'MUST',
    source: 'ours',
    sentence: 'A list shows every change acknowledged before it, at once.',
  },
  {
    id: 'LIST-20',
    level: 'MUST',
    source: 'thread-store/src/types.rs ThreadRelationFilter',
    sentence: '`parentThreadId` keeps the threads that this one spawned; absent keeps all.',
  },

  // Search
  {
    id: 'SEARCH-1',
    level: 'MUST',
    source: 'thread-store/src/store.rs search_threads',
    sentence:
      '`searchThreads` finds the threads `listThreads` finds with the same term, archive flag, sources and order.',
  },
  {
    id: 'SEARCH-2',
    level: 'MUST',
    source: 'thread-store/src/types.rs',
    sentence:
      'The snippet holds the matched text in its own case, with some of what stands around it.',
  },
  {
    id: 'SEARCH-3',
    level: 'MUST',
    source: 'thread-store/src/local/search_threads.rs',
    sentence: 'A search without a term is `INVALID_REQUEST {malformed-params}`.',
  },
  {
    id: 'SEARCH-4',
    level: 'MUST',
    source: 'thread-store/src/types.rs',
    sentence: 'The pages of a search hold every match exactly once, in order.',
  },
  {
    id: 'SEARCH-5',
    level: 'MUST',
    source: 'ours',
    sentence:
      'A search takes only cursors of the same search; any other is `INVALID_REQUEST {invalid-cursor}`.',
  },

  // Turns
  {
    id: 'TURN-1',
    level: 'MUST',
    source: 'app-server-protocol thread_history.rs',
    sentence:
      'Turns are folded from the history: a started turn holds what follows until it ends, and has the id its start names.',
  },
  {
    id: 'TURN-2',
    level: 'MUST',
    source: 'app-server-protocol thread_history.rs',
    sentence:
      'A turn is `completed`, `interrupted`, `failed` or `inProgress` as its history says, with its error and times.',
  },
  {
    id: 'TURN-3',
    level: 'MUST',
    source: 'thread-store/src/types.rs',
    sentence: 'Turns are listed newest first unless `sortDirection` is `asc`.',
  },
  {
    id: 'TURN-4',
    level: 'MUST',
    source: 'thread-store/src/types.rs',
    sentence:
      '`itemsView` gives no items, the first user and final agent message (the default), or all.',
  },
  {
    id: 'TURN-5',
    level: 'MUST',
    source: 'thread-store/src/types.rs',
    sentence:
      'The pages of a listing of turns hold every turn exactly once, in order; the last page has no cursor.',
  },
  {
    id: 'TURN-6',
    level: 'MUST',
    source: 'thread-store/src/types.rs',
    sentence:
      '`backwardsCursor` pages the other way, beginning with the first turn of its page; an empty page has none.',
  },
  {
    id: 'TURN-7',
    level: 'MUST',
    source: 'ours',
    sentence:
      'A cursor of another thread, another direction or another listing is `INVALID_REQUEST {invalid-cursor}`.',
  },
  {
    id: 'TURN-8',
    level: 'MUST',
    source: 'app-server-protocol thread_history.rs',
    sentence:
      'Without markers a user message begins a turn, which has the id `rollout-` and its ordinal.',
  },
  {
    id: 'TURN-9',
    level: 'MUST',
    source: 'app-server-protocol thread_history.rs',
    sentence:
      'An item that names a turn belongs to that turn, also after its end; one that names an unknown turn belongs to none.',
  },
  {
    id: 'TURN-10',
    level: 'MUST',
    source: 'thread-store/src/local/read_thread.rs',
    sentence: 'The turns and items of an archived thread are listed only with `includeArchived`.',
  },
  {
    id: 'TURN-11',
    level: 'MUST',
    source: 'openai/codex#42099',
    sentence: 'A thread without turns has an empty page of them, not an error.',
  },

  // Items
  {
    id: 'ITEM-1',
    level: 'MUST',
    source: 'thread-store/src/types.rs',
    sentence:
      '`listItems` gives the items of the turns that still stand, oldest first unless `sortDirection` is `desc`.',
  },
  {
    id: 'ITEM-2',
    level: 'MUST',
    source: 'thread-store/src/types.rs',
    sentence: 'With `turnId` it gives the items of that turn.',
  },
  {
    id: 'ITEM-3',
    level: 'MUST',
    source: 'thread-store/src/local/thread_history',
    sentence: 'A turn the thread does not have is `INVALID_REQUEST {unknown-turn}`.',
  },
  {
    id: 'ITEM-4',
    level: 'MUST',
    source: 'thread-store/src/types.rs',
    sentence:
      'The pages of a listing of items hold every item exactly once, in order; the last page has no cursor.',
  },
  {
    id: 'ITEM-5',
    level: 'MUST',
    source: 'thread-store/src/types.rs',
    sentence:
      '`backwardsCursor` pages the other way, beginning with the first item of its page; an empty page has none.',
  },
  {
    id: 'ITEM-6',
    level: 'MUST',
    source: 'ours',
    sentence:
      'A cursor of another thread, turn, direction or listing is `INVALID_REQUEST {invalid-cursor}`.',
  },

  // Archive
  {
    id: 'ARCH-1',
    level: 'MUST',
    source: 'thread-store/src/local/archive_thread.rs',
    sentence:
      '`archiveThread` sets `archivedAt` and takes the thread out of the lists that do not ask for archived ones.',
  },
  {
    id: 'ARCH-2',
    level: 'MUST',
    source: 'ours',
    sentence: '`archiveThread` changes no other field of the record and nothing of the history.',
  },
  {
    id: 'ARCH-3',
    level: 'MUST',
    source: 'thread-store/src/local/archive_thread.rs',
    sentence: 'Archiving an archived thread is `INVALID_REQUEST {archived}`.',
  },
  {
    id: 'ARCH-4',
    level: 'MUST',
    source: 'thread-store/src/local/unarchive_thread.rs',
    sentence:
      '`unarchiveThread` clears `archivedAt`, moves `updatedAt` to now, changes nothing else and returns the record.',
  },
  {
    id: 'ARCH-5',
    level: 'MUST',
    source: 'thread-store/src/local/unarchive_thread.rs',
    sentence: 'Unarchiving a thread that is not archived is `INVALID_REQUEST {not-archived}`.',
  },
  {
    id: 'ARCH-6',
    level: 'MUST',
    source: 'openai/codex#18882',
    sentence: 'Archiving a live thread leaves its writer live.',
  },
  {
    id: 'ARCH-7',
    level: 'MUST',
    source: 'openai/codex#28664',
    sentence: 'An unarchived thread is listed, read and resumed like one that was never archived.',
  },

  // Rollback
  {
    id: 'ROLL-1',
    level: 'MUST',
    source: 'openai/codex#20575',
    sentence:
      'A rollback is an item: the history keeps everything before it and the marker itself.',
  },
  {
    id: 'ROLL-2',
    level: 'MUST',
    source: 'app-server-protocol thread_history.rs',
    sentence: 'Folding a rollback of n drops the last n turns of any kind.',
  },
  {
    id: 'ROLL-3',
    level: 'MUST',
    source: 'app-server-protocol thread_history.rs',
    sentence: 'Rollbacks add up: each drops turns of what still stood.',
  },
  {
    id: 'ROLL-4',
    level: 'MUST',
    source: 'app-server-protocol thread_history.rs',
    sentence: 'A rollback of more turns than there are drops all of them.',
  },
  {
    id: 'ROLL-5',
    level: 'MUST',
    source: 'openai/codex#10839',
    sentence: 'A rollback reaches across a compaction.',
  },
  {
    id: 'ROLL-6',
    level: 'MUST',
    source: 'openai/codex#10839',
    sentence: 'Turns after a rollback stand beside those that were kept.',
  },
  {
    id: 'ROLL-7',
    level: 'MUST',
    source: 'openai/codex#20575',
    sentence: 'A history read before a rollback stays what it was.',
  },

  // Lineage
  {
    id: 'LINE-1',
    level: 'MUST',
    source: 'openai/codex#35220',
    sentence:
      'A thread created with a base has the history up to the base, then its own `session_meta` and items.',
  },
  {
    id: 'LINE-2',
    level: 'MUST',
    source: 'openai/codex#35220',
    sentence:
      'What is appended to the base’s thread after the fork is not part of the fork, and the other way round.',
  },
  {
    id: 'LINE-3',
    level: 'MUST',
    source: 'thread-store/src/local lineage tests',
    sentence:
      'A base may itself begin from a base, to any depth; a place before a rollout’s own start is found in its bases.',
  },
  {
    id: 'LINE-4',
    level: 'MUST',
    source: 'openai/codex#37926',
    sentence:
      '`revertThread` hides what follows the base, and what is appended later follows the base.',
  },
  {
    id: 'LINE-5',
    level: 'MUST',
    source: 'openai/codex#37926',
    sentence: '`revertThread` changes no field of the record and returns it.',
  },
  {
    id: 'LINE-6',
    level: 'MUST',
    source: 'openai/codex#37926',
    sentence: 'A thread can be reverted again, also to a place before the first revert.',
  },
  {
    id: 'LINE-7',
    level: 'MUST',
    source: 'openai/codex#35220',
    sentence:
      'A base that is no place in a paginated history is `INVALID_REQUEST {invalid-base}` and changes nothing; a byte offset is checked when given.',
  },
  {
    id: 'LINE-8',
    level: 'MUST',
    source: 'ours',
    sentence:
      'Reverting to a place outside the thread’s own lineage is `INVALID_REQUEST {invalid-base}`.',
  },
  {
    id: 'LINE-9',
    level: 'MUST',
    source: 'openai/codex#25018',
    sentence:
      'A thread whose rollouts another thread begins from is not deleted: `CONFLICT {referenced}`; once that one is gone it is.',
  },
  {
    id: 'LINE-10',
    level: 'MUST',
    source: 'thread-store/src/local lineage tests',
    sentence:
      'A missing base is an error of every read of the history, `INTERNAL {missing-base}`, never a shorter history.',
  },
  {
    id: 'LINE-11',
    level: 'MUST',
    source: 'thread-store/src/local lineage tests',
    sentence:
      'Rollouts whose bases lead back to themselves are refused with `INVALID_REQUEST {cyclic-base}`.',
  },
  {
    id: 'LINE-12',
    level: 'MUST',
    source: 'openai/codex#35220',
    sentence:
      'Forks and reverts copy nothing: the new rollout holds its own `session_meta` and what is appended to it.',
  },
  {
    id: 'LINE-13',
    level: 'MUST',
    source: 'openai/codex#37926',
    sentence: 'A live thread is not reverted: `CONFLICT {already-live}`.',
  },
  {
    id: 'LINE-14',
    level: 'MUST',
    source: 'openai/codex#35220',
    sentence:
      'Deleting a fork, or reverting the base’s thread, leaves the other’s history as it was.',
  },
  {
    id: 'LINE-15',
    level: 'MUST',
    source: 'openai/codex#47056',
    sentence:
      'Turns and items are listed over the whole lineage, and hold nothing that was reverted.',
  },

  // Delete
  {
    id: 'DEL-1',
    level: 'MUST',
    source: 'openai/codex#25018',
    sentence: 'A deleted thread is unknown to every call, and its id can be used again.',
  },
  {
    id: 'DEL-2',
    level: 'MUST',
    source: 'openai/codex#25018',
    sentence: 'A live thread is not deleted: `CONFLICT {already-live}`.',
  },
  {
    id: 'DEL-3',
    level: 'MUST',
    source: 'ours',
    sentence: 'Deleting a thread removes nothing of any other.',
  },
  {
    id: 'DEL-4',
    level: 'MUST',
    source: 'openai/codex#25018',
    sentence: 'An archived thread is deleted like any other.',
  },

  // Raw history
  {
    id: 'RAW-1',
    level: 'MUST',
    source: 'ours',
    sentence:
      'An export holds the record and the thread’s own rollouts, bases first, the current one last.',
  },
  {
    id: 'RAW-2',
    level: 'MUST',
    source: 'ours',
    sentence: 'An imported thread reads back with the record it was imported with, field by field.',
  },
  {
    id: 'RAW-3',
    level: 'MUST',
    source: 'ours',
    sentence: 'The bytes of an import come back from an export byte for byte, whatever is in them.',
  },
  {
    id: 'RAW-4',
    level: 'MUST',
    source: 'ours',
    sentence:
      'A receipt counts the items and bytes that are stored and has the SHA-256 of the stored bytes.',
  },
  {
    id: 'RAW-5',
    level: 'MUST',
    source: 'ours',
    sentence: '`historyDigest` gives the receipt of what is stored now.',
  },
  {
    id: 'RAW-6',
    level: 'MUST',
    source: 'ours',
    sentence:
      'An import is all or nothing: when its bytes break off, or a rollout is refused, nothing was stored.',
  },
  {
    id: 'RAW-7',
    level: 'MUST',
    source: 'ours',
    sentence:
      'Importing a stored rollout from byte 0 is `CONFLICT {different-content}` without `replace`, and replaces it with.',
  },
  {
    id: 'RAW-8',
    level: 'MUST',
    source: 'ours',
    sentence:
      'An import from byte n appends to a rollout that holds exactly n bytes; otherwise it is `CONFLICT {position}`.',
  },
  {
    id: 'RAW-9',
    level: 'MUST',
    source: 'rollout/src/recorder.rs',
    sentence: 'Lines that are no items are kept as bytes, skipped by reads and named as findings.',
  },
  {
    id: 'RAW-10',
    level: 'MUST',
    source: 'ours',
    sentence: 'A live thread is not imported over: `CONFLICT {already-live}`.',
  },
  {
    id: 'RAW-11',
    level: 'MUST',
    source: 'ours',
    sentence: 'An export of a live thread says so and ends with a complete line.',
  },
  {
    id: 'RAW-12',
    level: 'MUST',
    source: 'ours',
    sentence:
      'An export gives the bytes it announced, whatever is appended meanwhile, from any byte on and more than once.',
  },
  {
    id: 'RAW-13',
    level: 'MUST',
    source: 'ours',
    sentence: 'The name, time and fingerprint of an imported file come back from an export.',
  },
  {
    id: 'RAW-14',
    level: 'MUST',
    source: 'ours',
    sentence:
      '`includeRollouts` gives the rollouts of a record with the facts their export has; without it they are `null`.',
  },
  {
    id: 'RAW-15',
    level: 'MUST',
    source: 'ours',
    sentence: 'What is exported, imported elsewhere and exported again is the same thread.',
  },
  {
    id: 'RAW-16',
    level: 'MUST',
    source: 'ours',
    sentence: 'An imported thread can be resumed, and what is appended follows what was imported.',
  },
  {
    id: 'RAW-17',
    level: 'MUST',
    source: 'rollout/src/recorder.rs',
    sentence: 'Lines end with LF alone: U+2028, CR and NUL are data.',
  },
  {
    id: 'RAW-18',
    level: 'MUST',
    source: 'openai/codex#38399',
    sentence:
      'Numbers keep their bytes: what a double cannot hold is rounded when read and exact when exported.',
  },
  {
    id: 'RAW-19',
    level: 'MUST',
    source: 'ours',
    sentence:
      'An item is read as its line says it, also where its timestamp or its ordinal is none.',
  },
  {
    id: 'RAW-20',
    level: 'MUST',
    source: 'ours',
    sentence:
      'When the bytes of an import break off, it rejects with what they broke off with: a `ThreadStoreError` as it is, anything else as the cause of `INTERNAL {foreign-error}`.',
  },
  {
    id: 'RAW-21',
    level: 'MUST',
    source: 'ours',
    sentence:
      'Imports of one thread that overlap take effect one after the other, unless one of them is `CONFLICT {already-live}`.',
  },

  // Capabilities
  {
    id: 'CAP-1',
    level: 'MUST',
    source: 'ours',
    sentence: '`supports` is constant data: the same for every handle and throughout its life.',
  },
  {
    id: 'CAP-2',
    level: 'MUST',
    source: 'openai/codex#18714',
    sentence: 'An operation that is claimed works.',
  },
  {
    id: 'CAP-3',
    level: 'MUST',
    source: 'openai/codex#18714',
    sentence: 'An operation that is not claimed is `UNSUPPORTED {not-claimed}` before any effect.',
  },
  {
    id: 'CAP-4',
    level: 'MUST',
    source: 'ours',
    sentence:
      'A parameter that needs a claim is `UNSUPPORTED {not-claimed}` where the claim is missing, before any effect.',
  },

  {
    id: 'CAP-5',
    level: 'MUST',
    source: 'ours',
    sentence: 'What is stored in one storage is invisible in every other.',
  },

  // Errors
  {
    id: 'ERR-1',
    level: 'MUST',
    source: 'thread-store/src/error.rs',
    sentence:
      'An unknown thread is `THREAD_NOT_FOUND {unknown-thread}` for every call that needs one.',
  },
  {
    id: 'ERR-2',
    level: 'MUST',
    source: 'ours',
    sentence:
      'Every rejection is a `ThreadStoreError` whose code and reason are in the closed lists.',
  },
  {
    id: 'ERR-3',
    level: 'MUST',
    source: 'ours',
    sentence:
      'Anything but a lower-case UUID as a thread id is `INVALID_REQUEST {invalid-thread-id}`.',
  },
  {
    id: 'ERR-4',
    level: 'MUST',
    source: 'ours',
    sentence:
      'Malformed params are `INVALID_REQUEST {malformed-params}` and change nothing; unknown params are malformed.',
  },
  {
    id: 'ERR-5',
    level: 'MUST',
    source: 'ours',
    sentence:
      'A call whose signal was aborted before it began is `RETRYABLE {aborted}` and changes nothing.',
  },
  { id: 'ERR-6', level: 'MUST', source: 'ours', sentence: 'A rejected call has changed nothing.' },

  // Hostile values
  {
    id: 'VAL-1',
    level: 'MUST',
    source: 'ours',
    sentence:
      'Items hold any JSON value and give it back: empty keys, `__proto__`, NUL, lone surrogates, U+2028, deep nesting.',
  },
  {
    id: 'VAL-2',
    level: 'MUST',
    source: 'openai/codex#38399',
    sentence:
      'Numbers of items come back as the same double: 2^53±1, -0, subnormal, the largest and the smallest.',
  },
  { id: 'VAL-3', level: 'MUST', source: 'ours', sentence: 'An item of 1 MiB comes back whole.' },
  {
    id: 'VAL-4',
    level: 'MUST',
    source: 'ours',
    sentence:
      'Texts of the record come back exactly: unnormalised, untrimmed, with NUL and lone surrogates, of any length.',
  },
  {
    id: 'VAL-5',
    level: 'MUST',
    source: 'ours',
    sentence: 'Objects of the record hold any JSON object and give it back.',
  },
  {
    id: 'VAL-6',
    level: 'MUST',
    source: 'ours',
    sentence:
      'Texts that differ are different: in case, normal form, trailing space or a pattern character.',
  },
  {
    id: 'VAL-7',
    level: 'MUST',
    source: 'ours',
    sentence: 'A value that JSON cannot hold is refused, not changed.',
  },

  // Concurrency
  {
    id: 'CONC-1',
    level: 'MUST',
    source: 'openai/codex#21874',
    sentence:
      'Appends that overlap lose, repeat and tear nothing: every batch comes back once and in one piece.',
  },
  {
    id: 'CONC-2',
    level: 'SHOULD',
    source: 'ours',
    sentence:
      'Appends issued on one handle without waiting are stored in the order in which they were issued.',
  },
  {
    id: 'CONC-3',
    level: 'MUST',
    source: 'ours',
    sentence: 'A read beside appends sees a prefix of what is appended, never a part of a batch.',
  },
  {
    id: 'CONC-4',
    level: 'MUST',
    source: 'openai/codex#34986',
    sentence:
      'Of several creates or resumes of one thread at the same time exactly one succeeds, and no more than one handle can append at any time.',
  },
  {
    id: 'CONC-5',
    level: 'MUST',
    source: 'ours',
    sentence: 'Work on one thread does not disturb work on another, however the calls interleave.',
  },

  {
    id: 'CONC-6',
    level: 'MUST',
    source: 'ours',
    sentence:
      'Reads do not go back: what was acknowledged, or seen by a read, every read that begins later sees.',
  },
  {
    id: 'CONC-7',
    level: 'MUST',
    source: 'ours',
    sentence:
      'Patches, archiving and reads of one thread that overlap take effect as if one after the other, each between its call and its answer.',
  },

  // Durability
  {
    id: 'CRASH-1',
    level: 'MUST',
    source: 'thread-store/src/store.rs flush_thread',
    sentence:
      'Where at least `reopen` is claimed, what was flushed, shut down or closed is there when the storage is opened again.',
  },
  {
    id: 'CRASH-2',
    level: 'MUST',
    source: 'ours',
    sentence:
      'Where at least `reopen` is claimed, metadata, archive state and deletions are there when the storage is opened again.',
  },
  {
    id: 'CRASH-3',
    level: 'MUST',
    source: 'thread-store/src/store.rs flush_thread',
    sentence:
      'Where at least `process-crash` is claimed, what was flushed, persisted, shut down or imported before the process was killed is there in another one.',
  },
  {
    id: 'CRASH-4',
    level: 'MUST',
    source: 'openai/codex#39273',
    sentence:
      'Where at least `process-crash` is claimed, a patch, an archiving, a revert, a deletion and, in an eager store, a creation that was acknowledged before the process was killed is there in another one.',
  },
  {
    id: 'CRASH-5',
    level: 'MUST',
    source: 'ours',
    sentence:
      'Where at least `process-crash` is claimed, a call that was cut off by the end of its process took effect whole or not at all, and nothing else is torn, repeated or out of order.',
  },
  {
    id: 'CRASH-6',
    level: 'MUST',
    source: 'openai/codex#34986',
    sentence:
      'Where at least `process-crash` is claimed, a thread whose writer was killed with its process can be resumed and appended to in another one.',
  },

  // Sequences
  {
    id: 'SEQ-1',
    level: 'MUST',
    source: 'ours',
    sentence:
      'What a call comes to follows from the calls before it as the requirements above say, whatever those calls were and however many.',
  },
] as const

export type RequirementId = (typeof requirements)[number]['id']

const byId: ReadonlyMap<string, Requirement> = new Map(
  requirements.map((requirement) => [requirement.id, requirement]),
)

/** The requirement of that id, or `undefined`. */
export function requirementOf(id: string): Requirement | undefined {
  return byId.get(id)
}
