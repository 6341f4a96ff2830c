import type { StoreVerb } from '../../store/thread-store.js'

/** What a token may be good for. One does not include another. */
const scopes = ['read', 'append', 'admin'] as const
export type Scope = (typeof scopes)[number]

/** What a call does to what is stored, and so how it may be repeated. */
type Effect =
  /** Nothing; it may be repeated freely. */
  | 'read'
  /** Something once: a key tells a repeated request from a second call. */
  | 'change'
  /** Opens a live writer of a handle. */
  | 'open'
  /** Something through a live writer of a handle. */
  | 'live'

/** One request of the service. */
export interface Route {
  /** What it does, in one sentence. */
  readonly summary: string
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** `:name` stands for one segment. */
  readonly path: string
  readonly scope: Scope
}

/** How a verb of the store travels. */
export interface VerbRoute extends Route {
  readonly effect: Effect
  /**
   * Where params other than those in the path are: `query`, switches only; `json`, the body; `lines`,
   * items one on each line; `parts`, an import.
   */
  readonly params: 'query' | 'json' | 'lines' | 'parts'
  /**
   * What a success carries: nothing; where the rollout of a live thread ends; JSON; a history, its
   * items one on each line; a thread, in the same form when its history was asked for; the facts of
   * an export.
   */
  readonly result: 'none' | 'written' | 'json' | 'history' | 'thread' | 'exported'
}

const thread = '/v1/threads/:threadId'

/** Every verb of the store as a request. Server, client and OpenAPI document read this table. */
export const verbRoutes: Readonly<Record<StoreVerb, VerbRoute>> = {
  createThread: {
    summary: 'Begins a thread and opens its live writer.',
    method: 'POST',
    path: '/v1/threads',
    scope: 'append',
    effect: 'open',
    params: 'json',
    result: 'written',
  },
  resumeThread: {
    summary: 'Opens a live writer on a stored thread.',
    method: 'POST',
    path: `${thread}/resume`,
    scope: 'append',
    effect: 'open',
    params: 'json',
    result: 'written',
  },
  appendItems: {
    summary: 'Appends items through a live writer, all or none.',
    method: 'POST',
    path: `${thread}/items`,
    scope: 'append',
    effect: 'live',
    params: 'lines',
    result: 'written',
  },
  persistThread: {
    summary: 'Materialises a lazy thread and makes everything appended durable.',
    method: 'POST',
    path: `${thread}/persist`,
    scope: 'append',
    effect: 'live',
    params: 'json',
    result: 'none',
  },
  flushThread: {
    summary: 'Makes everything acknowledged durable.',
    method: 'POST',
    path: `${thread}/flush`,
    scope: 'append',
    effect: 'live',
    params: 'json',
    result: 'none',
  },
  shutdownThread: {
    summary: 'Flushes and closes a live writer.',
    method: 'POST',
    path: `${thread}/shutdown`,
    scope: 'append',
    effect: 'live',
    params: 'json',
    result: 'none',
  },
  discardThread: {
    summary: 'Closes a live writer without forcing anything out.',
    method: 'POST',
    path: `${thread}/discard`,
    scope: 'append',
    effect: 'live',
    params: 'json',
    result: 'none',
  },
  loadHistory: {
    summary: 'Reads the items of a thread.',
    method: 'GET',
    path: `${thread}/history`,
    scope: 'read',
    effect: 'read',
    params: 'query',
    result: 'history',
  },
  readThread: {
    summary: 'Reads the record of a thread, with its history when asked.',
    method: 'GET',
    path: thread,
    scope: 'read',
    effect: 'read',
    params: 'query',
    result: 'thread',
  },
  // Pages are asked for with POST: cursors, filters and ids are data that a URL would bend.
  listThreads: {
    summary: 'Reads a page of threads.',
    method: 'POST',
    path: '/v1/threads/list',
    scope: 'read',
    effect: 'read',
    params: 'json',
    result: 'json',
  },
  searchThreads: {
    summary: 'Reads a page of threads that hold a text.',
    method: 'POST',
    path: '/v1/threads/search',
    scope: 'read',
    effect: 'read',
    params: 'json',
    result: 'json',
  },
  listTurns: {
    summary: 'Reads a page of the turns of a thread.',
    method: 'POST',
    path: `${thread}/turns/list`,
    scope: 'read',
    effect: 'read',
    params: 'json',
    result: 'json',
  },
  listItems: {
    summary: 'Reads a page of the items of a thread’s turns.',
    method: 'POST',
    path: `${thread}/items/list`,
    scope: 'read',
    effect: 'read',
    params: 'json',
    result: 'json',
  },
  updateThreadMetadata: {
    summary: 'Applies a literal metadata patch.',
    method: 'PATCH',
    path: thread,
    scope: 'append',
    effect: 'change',
    params: 'json',
    result: 'json',
  },
  archiveThread: {
    summary: 'Archives a thread.',
    method: 'POST',
    path: `${thread}/archive`,
    scope: 'append',
    effect: 'change',
    params: 'json',
    result: 'none',
  },
  unarchiveThread: {
    summary: 'Takes a thread out of the archive.',
    method: 'POST',
    path: `${thread}/unarchive`,
    scope: 'append',
    effect: 'change',
    params: 'json',
    result: 'json',
  },
  revertThread: {
    summary: 'Hides what follows a position behind a new rollout.',
    method: 'POST',
    path: `${thread}/revert`,
    scope: 'append',
    effect: 'change',
    params: 'json',
    result: 'json',
  },
  deleteThread: {
    summary: 'Removes a thread and its rollouts.',
    method: 'DELETE',
    path: thread,
    scope: 'admin',
    effect: 'change',
    params: 'query',
    result: 'none',
  },
  exportThread: {
    summary: 'Reads the facts of a thread’s rollouts, whose bytes can be asked for then.',
    method: 'GET',
    path: `${thread}/export`,
    scope: 'read',
    effect: 'read',
    params: 'query',
    result: 'exported',
  },
  importThread: {
    summary: 'Begins to store a thread as it was exported, and ends it when one part is enough.',
    method: 'POST',
    path: '/v1/imports',
    scope: 'admin',
    effect: 'change',
    params: 'parts',
    result: 'json',
  },
  historyDigest: {
    summary: 'Recomputes the hashes of a thread’s rollouts from what is stored.',
    method: 'GET',
    path: `${thread}/digest`,
    scope: 'read',
    effect: 'read',
    params: 'query',
    result: 'json',
  },
}

/** What the service has besides verbs: what they need to travel. */
export type OtherRoute =
  | 'service'
  | 'openHandle'
  | 'renewHandle'
  | 'closeHandle'
  | 'rolloutBytes'
  | 'importPart'
  | 'abandonImport'

/** Those requests; they travel as their names say. */
export const otherRoutes: Readonly<Record<OtherRoute, Route>> = {
  service: {
    summary: 'Tells what the store claims, and who answers.',
    method: 'GET',
    path: '/v1/service',
    scope: 'read',
  },
  openHandle: {
    summary: 'Opens a handle, to which live writers belong.',
    method: 'POST',
    path: '/v1/handle/open',
    scope: 'append',
  },
  renewHandle: {
    summary: 'Says that a handle is still wanted.',
    method: 'POST',
    path: '/v1/handle/renew',
    scope: 'append',
  },
  closeHandle: {
    summary: 'Closes a handle and shuts its live writers down.',
    method: 'POST',
    path: '/v1/handle/close',
    scope: 'append',
  },
  rolloutBytes: {
    summary: 'Reads the bytes of an exported rollout, from any byte on.',
    method: 'GET',
    path: `${thread}/rollouts/:rolloutId`,
    scope: 'read',
  },
  importPart: {
    summary: 'Sends a further part of an import.',
    method: 'POST',
    path: '/v1/imports/:importId/parts/:part',
    scope: 'admin',
  },
  abandonImport: {
    summary: 'Gives an import up; nothing of it is stored.',
    method: 'DELETE',
    path: '/v1/imports/:importId',
    scope: 'admin',
  },
}

/** Headers of our own, in lower case. */
export const headers = {
  /** Names the handle whose live writers a request is about. A secret. */
  handle: 'threadstore-handle',
  /** Names the namespace, where a token is good for several. */
  namespace: 'threadstore-namespace',
  /** Counts the appends of a handle, so that one that is sent again takes effect once. */
  batch: 'threadstore-batch',
  /** In an answer, who gave it. In a request: nobody else may carry it out. */
  instance: 'threadstore-instance',
  /** Tells a request that is sent again from another one like it. */
  key: 'idempotency-key',
  requestId: 'x-request-id',
} as const

export const mediaTypes = {
  json: 'application/json',
  lines: 'application/x-ndjson',
  bytes: 'application/octet-stream',
} as const

/** A route’s path with its names filled in. */
export function pathOf(path: string, names: Readonly<Record<string, string>> = {}): string {
  return path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(names[name] ?? ''))
}
