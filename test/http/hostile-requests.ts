import fc from 'fast-check'
import { importedRecord } from '../../conformance/build/imports.js'
import { byteEdits, edited } from '../support/byte-edits.js'

/** A request that somebody with bad intentions, or none, might make. */
export interface HostileRequest {
  readonly what: string
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Buffer
  /** The statuses that are right answers. */
  readonly expected: readonly number[]
}

/** What stands on the server when the requests come. */
export interface HostileWorld {
  readonly tokens: Readonly<Record<'reader' | 'writer' | 'admin' | 'stranger', string>>
  /** A thread of the namespace of everybody but the stranger. */
  readonly threadId: string
  /** A handle of the writer. */
  readonly handle: string
  readonly bodyBytesMax: number
}

/** A thread that only damaged imports are about. */
const otherId = '01a20320-6d70-7852-b50d-7785b67ce899'

const json = { 'content-type': 'application/json' }
const jsonLines = { 'content-type': 'application/x-ndjson' }
const bytes = { 'content-type': 'application/octet-stream' }

const injections = [
  `'; DROP TABLE threadstore.threads; --`,
  `' OR '1'='1`,
  `$1`,
  `%' UNION SELECT token FROM secrets --`,
  `\\'; SELECT pg_sleep(10); --`,
  `{{constructor.constructor('return process')()}}`,
  `<script>alert(1)</script>`,
  `../../../../etc/passwd`,
  `\u0000\u0001\u001b[31m`,
  `\u202egnp.exe`,
  '\ud800',
  `${'A'.repeat(5_000)}`,
]
const injection = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...injections) },
  fc.string({ unit: 'binary', maxLength: 200 }),
)

/** Whether a text can be part of an address. */
function isWellFormed(text: string): boolean {
  return text === Buffer.from(text).toString()
}

const pathTricks = [
  '..',
  '%2e%2e',
  '..%2f..%2f..%2fetc%2fpasswd',
  '..\\..\\windows',
  '%00',
  '%ff',
  '%',
  '.',
  '01A20320-6D70-7852-B50D-7785B67CE898',
  '01a203206d707852b50d7785b67ce898',
  '__proto__',
  'constructor',
  'x'.repeat(5_000),
  ';id=1',
  '*',
]

type Requests = fc.Arbitrary<HostileRequest>

const as = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` })

const threadOf = ({ threadId }: HostileWorld): string => `/v1/threads/${threadId}`

function posting(
  { tokens }: HostileWorld,
  path: string,
  body: unknown,
): Omit<HostileRequest, 'what' | 'expected'> {
  return {
    method: 'POST',
    path,
    headers: { ...as(tokens.writer), ...json },
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  }
}

/** Requests of every kind, each with the answers that are right. */
export function hostileRequests(world: HostileWorld): Requests {
  return fc.oneof(
    ...credentials(world),
    ...addresses(world),
    ...badBodies(world),
    ...injectedReads(world),
    ...writes(world),
    ...importsAndGuesses(world),
  )
}

/** Requests of somebody who may not make them. */
function credentials(world: HostileWorld): Requests[] {
  const thread = threadOf(world)
  const { tokens } = world
  const badTokens = fc
    .oneof(
      fc.constantFrom('', 'Bearer', 'Bearer ', 'Basic YTpi', 'bearer\t', 'Token x', 'Bearer a b'),
      fc.stringMatching(/^[\w-]{1,200}$/).map((token) => `Bearer ${token}`),
    )
    .map((authorization) => ({
      what: 'a bad token',
      method: 'GET',
      path: thread,
      headers: { authorization },
      expected: [401],
    }))

  const noScope = fc
    .constantFrom(
      ['reader', 'POST', `${thread}/archive`],
      ['reader', 'POST', '/v1/handle/open'],
      ['reader', 'DELETE', thread],
      ['writer', 'DELETE', thread],
      ['writer', 'DELETE', '/v1/imports/x'],
    )
    .map(([who, method = '', path = '']) => ({
      what: 'a token without the scope',
      method,
      path,
      headers: as(tokens[who as 'reader']),
      expected: [403],
    }))

  const otherNamespace = fc.oneof(
    fc.constantFrom('', '/history', '/export', '/digest').map((rest) => ({
      what: 'a thread of another namespace',
      method: 'GET',
      path: `${thread}${rest}`,
      headers: as(tokens.stranger),
      expected: [404],
    })),
    fc.stringMatching(/^[ -~]{1,200}$/).map((namespace) => ({
      what: 'a namespace that the token is not for',
      method: 'GET',
      path: thread,
      headers: { ...as(tokens.admin), 'threadstore-namespace': namespace },
      expected: [403],
    })),
  )

  return [badTokens, noScope, otherNamespace]
}

/** Requests for what is not there, and for what looks as if it were. */
function addresses(world: HostileWorld): Requests[] {
  const thread = threadOf(world)
  const { tokens } = world
  const paths = fc
    .tuple(
      fc.constantFrom(...pathTricks),
      fc.constantFrom('', '/history', '/items/list', '/export'),
    )
    .map(([trick, rest]) => ({
      what: 'a trick with the path',
      method: rest === '/items/list' ? 'POST' : 'GET',
      path: `/v1/threads/${trick}${rest}`,
      headers: as(tokens.admin),
      expected: trick.length > 1_000 ? [414] : [400, 404, 405],
    }))

  const methods = fc
    .constantFrom('PUT', 'POST', 'OPTIONS', 'TRACE', 'PROPFIND', 'PURGE')
    .map((method) => ({
      what: 'another method',
      method,
      path: `${thread}/history`,
      headers: as(tokens.admin),
      expected: [404, 405],
    }))

  const queries = injection
    .filter((text) => text !== 'true' && text !== 'false' && isWellFormed(text))
    .chain((value) =>
      fc.constantFrom('includeArchived', 'includeHistory', 'nothing', '__proto__').map((name) => ({
        what: 'a strange query',
        method: 'GET',
        path: `${thread}?${name}=${encodeURIComponent(value)}`,
        headers: as(tokens.reader),
        expected: name === '__proto__' ? [200, 400] : [400],
      })),
    )

  const pages = injection
    .filter((text) => isWellFormed(text))
    .map((text) => ({
      what: 'a page',
      method: 'GET',
      path: `/?q=${encodeURIComponent(text)}`,
      headers: as(tokens.reader),
      expected: [200],
    }))

  return [paths, methods, queries, pages]
}

/** Requests whose bodies are not what they have to be. */
function badBodies(world: HostileWorld): Requests[] {
  const { tokens } = world
  const badJson = fc
    .oneof(
      fc.constantFrom('', '{', '[]', 'null', '"x"', '{"a":1}}', '{"pageSize":1e999}', '\ufeff{}'),
      fc.string({ maxLength: 100 }),
      fc.integer({ min: 600, max: 200_000 }).map((depth) => `{"cursor":${'['.repeat(depth)}`),
      fc
        .integer({ min: 600, max: 100_000 })
        .map((depth) => `{"cursor":${'['.repeat(depth)}${']'.repeat(depth)}}`),
      fc
        .constantFrom('__proto__', 'constructor', 'signal', 'threadId', 'toString')
        .map((key) => `{"pageSize":1,"${key}":{"aborted":true}}`),
    )
    .map((body) => ({
      what: 'a bad body',
      ...posting(world, '/v1/threads/list', body),
      expected: [400],
    }))

  const oversized = fc.integer({ min: 1, max: 10_000 }).map((more) => ({
    what: 'a body that is too large',
    ...posting(world, '/v1/threads/list', 'x'.repeat(world.bodyBytesMax + more)),
    expected: [413],
  }))

  const bombs = fc
    .tuple(fc.constantFrom('gzip', 'br', 'deflate', 'zstd', 'x-unknown'), fc.uint8Array())
    .map(([encoding, body]) => ({
      what: 'a compressed body',
      method: 'POST',
      path: '/v1/threads/list',
      headers: { ...as(tokens.reader), ...json, 'content-encoding': encoding },
      body: Buffer.from(body),
      expected: [415],
    }))

  const mediaTypes = fc
    .constantFrom(
      'text/plain',
      'application/xml',
      'multipart/form-data; boundary=x',
      '',
      ';',
      'json',
    )
    .map((type) => ({
      what: 'a body of another type',
      method: 'POST',
      path: '/v1/threads/list',
      headers: { ...as(tokens.reader), 'content-type': type },
      body: Buffer.from('{"pageSize":1}'),
      expected: [415],
    }))

  return [badJson, oversized, bombs, mediaTypes]
}

/** Requests that put code where text belongs, and read. */
function injectedReads(world: HostileWorld): Requests[] {
  const thread = threadOf(world)
  const { tokens } = world
  const searches = injection.map((searchTerm) => ({
    what: 'SQL in a search',
    ...posting(world, '/v1/threads/search', { pageSize: 5, searchTerm }),
    headers: { ...as(tokens.reader), ...json },
    expected: searchTerm === '' ? [400] : [200],
  }))

  const lists = fc
    .record({ cwdFilters: fc.array(injection), modelProviders: fc.array(injection) })
    .map((filters) => ({
      what: 'SQL in a filter',
      ...posting(world, '/v1/threads/list', { pageSize: 5, ...filters }),
      headers: { ...as(tokens.reader), ...json },
      expected: [200],
    }))

  const cursors = injection.map((cursor) => ({
    what: 'SQL in a cursor',
    ...posting(world, '/v1/threads/list', { pageSize: 5, cursor: `${cursor}!` }),
    headers: { ...as(tokens.reader), ...json },
    expected: [400],
  }))

  const turnIds = injection.map((turnId) => ({
    what: 'SQL in a turn id',
    ...posting(world, `${thread}/items/list`, { pageSize: 5, turnId }),
    headers: { ...as(tokens.reader), ...json },
    expected: [400],
  }))

  return [searches, lists, cursors, turnIds]
}

/** Requests that put anything where data belongs, and write. */
function writes(world: HostileWorld): Requests[] {
  const thread = threadOf(world)
  const { tokens } = world
  const patches = fc
    .tuple(
      fc.constantFrom('name', 'title', 'preview', 'cwd', 'model', 'agentRole', 'firstUserMessage'),
      injection,
    )
    .map(([field, value]) => ({
      what: 'SQL in a patch',
      ...posting(world, thread, { patch: { [field]: value } }),
      method: 'PATCH',
      expected: [200],
    }))

  const badPatches = fc.tuple(injection, fc.jsonValue()).map(([field, value]) => ({
    what: 'a field that does not exist',
    ...posting(world, thread, { patch: { [`x${field}`]: value } }),
    method: 'PATCH',
    expected: [400],
  }))

  const items = fc
    .oneof(
      fc.string().map((text) => [`x${text.replaceAll('\n', '')}\n`, [400]] as const),
      fc.jsonValue().map((value) => [`${JSON.stringify([value])}\n`, [400]] as const),
      fc
        .integer({ min: 600, max: 50_000 })
        .map(
          (depth) => [`{"type":"x","p":${'['.repeat(depth)}${']'.repeat(depth)}}`, [400]] as const,
        ),
      injection.map(
        (text) =>
          [
            `{"type":"x","__proto__":{"polluted":1},"payload":${JSON.stringify(text)}}`,
            [200],
          ] as const,
      ),
    )
    .map(([text, expected]) => ({
      what: 'items',
      method: 'POST',
      path: `${thread}/items`,
      headers: { ...as(tokens.writer), ...jsonLines, 'threadstore-handle': world.handle },
      body: Buffer.from(text),
      expected,
    }))

  const strangeHeaders = fc
    .constantFrom<readonly [Record<string, string>, number]>(
      [{ 'threadstore-handle': 'no-such-handle' }, 410],
      [{ 'threadstore-handle': world.handle, 'threadstore-batch': '-1' }, 400],
      [{ 'threadstore-handle': world.handle, 'threadstore-batch': '1e400' }, 400],
      [{ 'threadstore-instance': 'another' }, 412],
    )
    .map(([more, status]) => ({
      what: `strange headers ${JSON.stringify(more)}`,
      method: 'POST',
      path: `${thread}/items`,
      headers: { ...as(tokens.writer), ...jsonLines, ...more },
      expected: [status],
    }))

  return [patches, badPatches, items, strangeHeaders]
}

/** Requests with parts and ids that nobody has given out. */
function importsAndGuesses(world: HostileWorld): Requests[] {
  const thread = threadOf(world)
  const { tokens, threadId } = world
  const imports = fc
    .oneof(
      fc.uint8Array({ maxLength: 500 }).map((body) => Buffer.from(body)),
      fc.json().map((text) => Buffer.from(`${text}\n`)),
      fc.constantFrom('{"thread":{},"rollouts":[],"part":{}}\n').map((text) => Buffer.from(text)),
    )
    .map((body) => ({
      what: 'a bad import',
      method: 'POST',
      path: '/v1/imports',
      headers: { ...as(tokens.admin), ...bytes },
      body,
      expected: [400],
    }))

  const facts = { base: null, file: null, fingerprint: null, fromByte: 0 }
  const rollout = '{"type":"event_msg","payload":{}}\n'
  const whole = {
    thread: importedRecord(otherId),
    rollouts: [{ rolloutId: otherId, ...facts }],
    part: { bytes: [rollout.length], ended: 1, complete: true },
    replace: true,
  }
  const damaged = byteEdits.map((edits) => ({
    what: 'a damaged import',
    method: 'POST',
    path: '/v1/imports',
    headers: { ...as(tokens.admin), ...bytes },
    body: edited(Buffer.from(`${JSON.stringify(whole)}\n${rollout}`), edits),
    // Stored as it now is, more of it awaited, refused, too much of it, or too many begun.
    expected: [200, 202, 400, 409, 413, 503],
  }))

  const guesses = fc.stringMatching(/^[\w-]{1,60}$/).chain((id) =>
    fc.constantFrom<Omit<HostileRequest, 'what' | 'headers'>>(
      {
        method: 'GET',
        path: `${thread}/rollouts/${threadId}?export=${id}`,
        expected: [503],
      },
      { method: 'POST', path: `/v1/imports/${id}/parts/2`, expected: [400] },
      { method: 'DELETE', path: `/v1/imports/${id}`, expected: [204] },
    ),
  )

  return [
    imports,
    damaged,
    guesses.map((guess) => ({ ...guess, what: 'a guessed id', headers: as(tokens.admin) })),
  ]
}
