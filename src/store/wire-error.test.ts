import { expect, test } from 'vitest'
import { invalidRequest, storeClosed, ThreadStoreError } from './errors.js'
import { errorFromWire, errorToWire } from './wire-error.js'

test('an error crosses a wire with its code, reason and details', () => {
  const error = invalidRequest('unknown-turn', 'no such turn', { threadId: 't', path: '/turnId' })
  const wire = errorToWire(error)
  expect(wire).toEqual({
    code: 'INVALID_REQUEST',
    reason: 'unknown-turn',
    message: 'no such turn',
    details: { threadId: 't', path: '/turnId' },
  })
  const { code, message, details } = errorFromWire(JSON.parse(JSON.stringify(wire)), 'it')
  expect({ code, message, details }).toEqual({
    code,
    message: error.message,
    details: error.details,
  })
  expect(errorToWire(storeClosed())).not.toHaveProperty('details')
})

test('details that are no texts are left behind', () => {
  const wire = { code: 'CONFLICT', reason: 'not-live', message: 'm', details: { path: 7, x: 'y' } }
  expect(errorFromWire(wire, 'it').details).toEqual({ reason: 'not-live' })
  expect(errorFromWire({ ...wire, details: 'text' }, 'it').details).toEqual({ reason: 'not-live' })
})

test.each([
  undefined,
  'text',
  { code: 'TEAPOT', reason: 'not-live', message: 'm' },
  { code: '__proto__', reason: 'not-live', message: 'm' },
  { code: 7, reason: 'not-live', message: 'm' },
  { code: 'CONFLICT', reason: 'unknown-thread', message: 'm' },
  { code: 'CONFLICT', reason: 'not-live', message: 7 },
])('%j is an error outside of the contract', (value) => {
  const error = errorFromWire(value, 'the server')
  expect(ThreadStoreError.is(error, 'INTERNAL')).toBe(true)
  expect(error.details).toEqual({ reason: 'foreign-error' })
  expect(error.message).toMatch(/^the server refused with an error whose code/)
})
