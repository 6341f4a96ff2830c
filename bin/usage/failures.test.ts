import { expect, test } from 'vitest'
import { ThreadStoreError } from '../../src/index.js'
import { ExitCode } from './exit-codes.js'
import { failureOf, UnreachableError } from './failures.js'
import { UsageError } from './usage-error.js'

const aborted = Object.assign(new Error('stop'), { name: 'AbortError' })

test.each<[string, unknown, ExitCode]>([
  ['a wrong command line', new UsageError('no such flag'), ExitCode.usage],
  ['a store that cannot be opened', new UnreachableError('refused'), ExitCode.unreachable],
  [
    'a store that went away',
    new ThreadStoreError('RETRYABLE', 'gone', { reason: 'unavailable' }),
    ExitCode.unreachable,
  ],
  [
    'a disk that is full',
    new ThreadStoreError('RESOURCE_EXHAUSTED', 'full', { reason: 'storage-full' }),
    ExitCode.unreachable,
  ],
  [
    'a conflict',
    new ThreadStoreError('CONFLICT', 'taken', { reason: 'already-live' }),
    ExitCode.different,
  ],
  ['an interruption', aborted, ExitCode.interrupted],
  [
    'what fails again when it is closed',
    Object.assign(new Error('closing failed'), {
      name: 'SuppressedError',
      suppressed: new UnreachableError('refused'),
    }),
    ExitCode.unreachable,
  ],
  ['anything else', new TypeError('x is not a function'), ExitCode.bug],
])('%s has an exit code of its own', (_, error, code) => {
  expect(failureOf(error).code).toBe(code)
})

test('a bug of ours is shown with its trace, everything else in one line', () => {
  expect(failureOf(new TypeError('x')).message).toMatch(/^internal error: TypeError: x\n +at /)
  expect(failureOf(new UsageError('x')).message).not.toContain('\n')
})
