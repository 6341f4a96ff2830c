import { describe, expect, test } from 'vitest'
import { CommitUnknownError } from '../../../host/postgres.js'
import { threadNotFound } from '../../../store/errors.js'
import { errorFromPostgres } from './error-from-postgres.js'

function withCode(code: string, message = 'no'): Error {
  return Object.assign(new RangeError(message), { code })
}

describe('errorFromPostgres', () => {
  test.each([
    ['ECONNREFUSED', 'RETRYABLE', 'unavailable'],
    ['ENOTFOUND', 'RETRYABLE', 'unavailable'],
    ['08006', 'RETRYABLE', 'unavailable'],
    ['57P01', 'RETRYABLE', 'unavailable'],
    ['57P03', 'RETRYABLE', 'unavailable'],
    ['53300', 'RETRYABLE', 'unavailable'],
    ['28P01', 'RETRYABLE', 'unavailable'],
    ['28000', 'RETRYABLE', 'unavailable'],
    ['3D000', 'RETRYABLE', 'unavailable'],
    ['25006', 'RETRYABLE', 'unavailable'],
    ['40001', 'RETRYABLE', 'contention'],
    ['40P01', 'RETRYABLE', 'contention'],
    ['55P03', 'RETRYABLE', 'contention'],
    ['57014', 'RETRYABLE', 'timeout'],
    ['53100', 'RESOURCE_EXHAUSTED', 'storage-full'],
    ['53200', 'RESOURCE_EXHAUSTED', 'storage-full'],
    ['54000', 'RESOURCE_EXHAUSTED', 'item-too-large'],
    ['XX001', 'INTERNAL', 'damaged'],
    ['42P01', 'INTERNAL', 'storage'],
    ['23505', 'INTERNAL', 'storage'],
  ])('%s is %s {%s}', (sqlState, code, reason) => {
    const cause = withCode(sqlState)
    const error = errorFromPostgres(cause, 'PostgreSQL at db:5432/threads')
    expect({ code: error.code, reason: error.details.reason, cause: error.cause }).toEqual({
      code,
      reason,
      cause,
    })
    expect(error.message).toContain('PostgreSQL at db:5432/threads')
  })

  test.each([
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'timeout exceeded when trying to connect',
  ])('what the client says without a code is understood: %s', (message) => {
    const { code, details } = errorFromPostgres(new RangeError(message), 'PostgreSQL')
    expect([code, details.reason]).toEqual(['RETRYABLE', 'unavailable'])
  })

  test('a host whose every address refused is named with the reason of the first', () => {
    const refused = [withCode('ECONNREFUSED', 'connect ECONNREFUSED ::1:5432')]
    // As node:net makes it: without a message of its own.
    const both = Object.assign(new AggregateError(refused, 'none'), { message: '' })
    expect(errorFromPostgres(both, 'PostgreSQL at localhost')).toMatchObject({
      code: 'RETRYABLE',
      message: 'PostgreSQL at localhost cannot be reached: connect ECONNREFUSED ::1:5432',
    })
  })

  test('a commit nobody can tell the outcome of is OUTCOME_UNKNOWN', () => {
    const error = errorFromPostgres(new CommitUnknownError('lost'), 'PostgreSQL')
    expect([error.code, error.details.reason]).toEqual(['OUTCOME_UNKNOWN', 'connection-lost'])
  })

  test('an error of the contract passes as it is', () => {
    const error = threadNotFound('019edb3a-6814-786b-8259-8c6d7b79b571')
    expect(errorFromPostgres(error, 'PostgreSQL')).toBe(error)
  })
})
