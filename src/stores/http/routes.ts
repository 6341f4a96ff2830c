import type { StoreVerb } from '../../store/thread-store.js'

/** What a token may be good for. One does not include another. */
export const scopes = ['read', 'append', 'admin'] as const
export type Scope = (typeof scopes)[number]

/** What a call does to what is stored, and so how it may be repeated. */
export type Effect =
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
    method: 'POST',
    path: '/v1/threads',
    scope: 'append',
    effect: 'open',
    params: 'json',
    result: 'written',
  },
  resumeThread: {
    method: 'POST',
    path: `${thread}/resume`,
    scope: 'append',
    effect: 'open',
    params: 'json',
    result: 'written',
  },
  appendItems: {
    method: 'POST',
    path: `${thread}/items`,
    scope: 'append',
    effect: 'live',
    params: 'lines',
    result: 'written',
  },
  persistThread: {
    method: 'POST',
    path: `${thread}/persist`,
    scope: 'append',
    effect: 'live',
    params: 'json',
    result: 'none',
  },
  flushThread: {
    method: 'POST',
    path: `${thread}/flush`,
    scope: 'append',
    effect: 'live',
    params: 'json',
    result: 'none',
  },
  shutdownThread: {
    method: 'POST',
    path: `${thread}/shutdown`,
    scope: 'append',
    effect: 'live',
    params: 'json',
    result: 'none',
  },
  discardThread: {
    method: 'POST',
    path: `${thread}/discard`,
    scope: 'append',
    effect: 'live',
    params: 'json',
    result: 'none',
  },
  loadHistory: {
    method: 'GET',
    path: `${thread}/history`,
    scope: 'read',
    effect: 'read',
    params: 'query',
    result: 'history',
  },
  readThread: {
    method: 'GET',
    path: thread,
    scope: 'read',
    effect: 'read',
    params: 'query',
    result: 'thread',
  },
  // Pages are asked for with POST: cursors, filters and ids are data that a URL would bend.
  listThreads: {
    method: 'POST',
    path: '/v1/threads/list',
    scope: 'read',
    effect: 'read',
    params: 'json',
    result: 'json',
  },
  searchThreads: {
    method: 'POST',
    path: '/v1/threads/search',
    scope: 'read',
    effect: 'read',
    params: 'json',
    result: 'json',
  },
  listTurns: {
    method: 'POST',
    path: `${thread}/turns/list`,
    scope: 'read',
    effect: 'read',
    params: 'json',
    result: 'json',
  },
  listItems: {
    method: 'POST',
    path: `${thread}/items/list`,
    scope: 'read',
    effect: 'read',
    params: 'json',
    result: 'json',
  },
  updateThreadMetadata: {
    method: 'PATCH',
    path: thread,
    scope: 'append',
    effect: 'change',
    params: 'json',
    result: 'json',
  },
  archiveThread: {
    method: 'POST',
    path: `${thread}/archive`,
    scope: 'append',
    effect: 'change',
    params: 'json',
    result: 'none',
  },
  unarchiveThread: {
    method: 'POST',
    path: `${thread}/unarchive`,
    scope: 'append',
    effect: 'change',
    params: 'json',
    result: 'json',
  },
  revertThread: {
    method: 'POST',
    path: `${thread}/revert`,
    scope: 'append',
    effect: 'change',
    params: 'json',
    result: 'json',
  },
  deleteThread: {
    method: 'DELETE',
    path: thread,
    scope: 'admin',
    effect: 'change',
    params: 'query',
    result: 'none',
  },
  exportThread: {
    method: 'GET',
    path: `${thread}/export`,
    scope: 'read',
    effect: 'read',
    params: 'query',
    result: 'exported',
  },
  importThread: {
    method: 'POST',
    path: '/v1/imports',
    scope: 'admin',
    effect: 'change',
    params: 'parts',
    result: 'json',
  },
  historyDigest: {
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
  /** What the store claims, and who answers. */
  service: { method: 'GET', path: '/v1/service', scope: 'read' },
  openHandle: { method: 'POST', path: '/v1/handle/open', scope: 'append' },
  renewHandle: { method: 'POST', path: '/v1/handle/renew', scope: 'append' },
  closeHandle: { method: 'POST', path: '/v1/handle/close', scope: 'append' },
  /** The bytes of a rollout that an export named. */
  rolloutBytes: { method: 'GET', path: `${thread}/rollouts/:rolloutId`, scope: 'read' },
  importPart: { method: 'POST', path: '/v1/imports/:importId/parts/:part', scope: 'admin' },
  abandonImport: { method: 'DELETE', path: '/v1/imports/:importId', scope: 'admin' },
}

/** Headers of our own, in lower case. */
export const headers = {
  /** Names the handle whose live writers a request is about. A secret. */
  handle: 'threadstore-handle',
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
