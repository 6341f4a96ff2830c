import { describe, expect, test } from 'vitest'
import type { StoreVerb } from '../../src/store/thread-store.js'
import {
  ThreadStoreError,
  alreadyLive,
  notLive,
  threadArchived,
  threadExists,
  threadNotFound,
} from '../../src/store/errors.js'
import { linearize } from './linearize.js'
import type { RecordedCall, Settled } from './recorder.js'
import { threadModel } from './thread-model.js'

const threadId = 't'

/** A call by a client, spelled `A createThread`. */
function call(
  text: string,
  [begin, end]: readonly [number, number],
  outcome?: unknown,
  params: object = {},
): RecordedCall {
  const [client = '', verb] = text.split(' ')
  const settled: Settled =
    outcome instanceof Error
      ? { kind: 'rejected', reason: outcome }
      : { kind: 'resolved', value: outcome }
  return {
    client,
    verb: verb as StoreVerb,
    params: { threadId, ...params },
    begin,
    end,
    outcome: settled,
  }
}

function record(fields: object = {}): object {
  return { archivedAt: null, name: null, title: null, model: null, agentRole: null, ...fields }
}

function verdict(
  calls: readonly RecordedCall[],
  materialization: 'lazy' | 'eager' = 'eager',
): string {
  return linearize(calls, threadModel({ materialization })).kind
}

const lost = new ThreadStoreError('OUTCOME_UNKNOWN', 'lost', { reason: 'connection-lost' })
const busy = new ThreadStoreError('RETRYABLE', 'busy', { reason: 'contention' })
const broke = new ThreadStoreError('INTERNAL', 'broke', { reason: 'storage' })

describe('what threads can do', () => {
  test.each<[string, readonly RecordedCall[]]>([
    [
      'one of two creates wins',
      [call('A createThread', [1, 4]), call('B createThread', [2, 3], alreadyLive(threadId))],
    ],
    [
      'a writer moves from one client to the other',
      [
        call('A createThread', [1, 2]),
        call('A shutdownThread', [3, 6]),
        call('B resumeThread', [4, 5]),
        call('A appendItems', [7, 8], notLive(threadId)),
        call('B appendItems', [9, 10]),
      ],
    ],
    [
      'patches overlap, and a record shows both',
      [
        call('A createThread', [1, 2]),
        call('A updateThreadMetadata', [3, 6], record({ name: 'n' }), { patch: { name: 'n' } }),
        call('B updateThreadMetadata', [4, 5], record({ name: 'n', model: 'm' }), {
          patch: { model: 'm' },
        }),
        call('B readThread', [7, 8], record({ name: 'n', model: 'm' })),
      ],
    ],
    [
      'an archived thread is hidden until it is not',
      [
        call('A createThread', [1, 2]),
        call('A archiveThread', [3, 4]),
        call('B readThread', [5, 6], threadArchived(threadId)),
        call('B unarchiveThread', [7, 8], record()),
        call('B readThread', [9, 10], record()),
      ],
    ],
    [
      'a deleted thread can be created again',
      [
        call('A createThread', [1, 2]),
        call('B deleteThread', [3, 4], alreadyLive(threadId)),
        call('A discardThread', [5, 6]),
        call('B deleteThread', [7, 8]),
        call('A readThread', [9, 10], threadNotFound(threadId)),
        call('B createThread', [11, 12]),
      ],
    ],
    [
      'a call of unknown outcome took effect',
      [
        call('A createThread', [1, 2], lost),
        call('B createThread', [3, 4], threadExists(threadId)),
      ],
    ],
    [
      'a call of unknown outcome did not',
      [call('A createThread', [1, 2], lost), call('B createThread', [3, 4])],
    ],
    [
      'a busy store lets nothing happen',
      [call('A createThread', [1, 2], busy), call('B createThread', [3, 4])],
    ],
  ])('%s', (_, calls) => {
    expect(verdict(calls)).toBe('linearizable')
  })
})

describe('what threads cannot do', () => {
  test.each<[string, readonly RecordedCall[]]>([
    ['have two creators', [call('A createThread', [1, 4]), call('B createThread', [2, 3])]],
    [
      'have two writers',
      [
        call('A createThread', [1, 2]),
        call('A shutdownThread', [3, 4]),
        call('A resumeThread', [5, 8]),
        call('B resumeThread', [6, 7]),
      ],
    ],
    [
      'let an old writer append',
      [
        call('A createThread', [1, 2]),
        call('A shutdownThread', [3, 4]),
        call('A appendItems', [5, 6]),
      ],
    ],
    [
      'refuse the only writer',
      [call('A createThread', [1, 2]), call('A appendItems', [3, 4], notLive(threadId))],
    ],
    [
      'stay live after the writer let go',
      [
        call('A createThread', [1, 2]),
        call('A discardThread', [3, 4]),
        call('B resumeThread', [5, 6], alreadyLive(threadId)),
      ],
    ],
    [
      'lose a patch',
      [
        call('A createThread', [1, 2]),
        call('A updateThreadMetadata', [3, 6], record({ name: 'n' }), { patch: { name: 'n' } }),
        call('B updateThreadMetadata', [4, 5], record({ model: 'm' }), { patch: { model: 'm' } }),
        call('B readThread', [7, 8], record({ model: 'm' })),
      ],
    ],
    [
      'show half a patch',
      [
        call('A createThread', [1, 2]),
        call('A updateThreadMetadata', [3, 6], record({ name: 'n', model: 'm' }), {
          patch: { name: 'n', model: 'm' },
        }),
        call('B readThread', [4, 5], record({ name: 'n' })),
      ],
    ],
    ['fail for no reason of theirs', [call('A createThread', [1, 2], broke)]],
  ])('%s', (_, calls) => {
    expect(verdict(calls)).toBe('broken')
  })
})

describe('a thread of a lazy store', () => {
  test('is unknown to others until it is materialised', () => {
    const calls = [
      call('A createThread', [1, 2]),
      call('B readThread', [3, 4], threadNotFound(threadId)),
      call('A appendItems', [5, 6]),
      call('B readThread', [7, 8], record()),
    ]
    expect(verdict(calls, 'lazy')).toBe('linearizable')
    expect(verdict(calls, 'eager')).toBe('broken')
  })

  test('is gone when its writer lets go before', () => {
    const calls = [
      call('A createThread', [1, 2]),
      call('A shutdownThread', [3, 4]),
      call('B createThread', [5, 6]),
    ]
    expect(verdict(calls, 'lazy')).toBe('linearizable')
    expect(verdict(calls, 'eager')).toBe('broken')
  })
})
