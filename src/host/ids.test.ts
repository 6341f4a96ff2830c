import { describe, expect, test } from 'vitest'
import { systemClock } from './clock.js'
import { systemIds } from './ids.js'

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

const many = (make: () => string): string[] => Array.from({ length: 5_000 }, make)

describe('newThreadId', () => {
  test('makes UUIDs of version 7 in lower case', () => {
    expect(systemIds.newThreadId()).toMatch(UUID_V7)
  })

  test('begins with the time it was made at', () => {
    const before = systemClock.now()
    const id = systemIds.newThreadId()
    const ms = Number.parseInt(id.replace('-', '').slice(0, 12), 16)
    expect(ms).toBeGreaterThanOrEqual(before)
    expect(ms).toBeLessThanOrEqual(systemClock.now())
  })

  test('keeps the order of creation when many are made in one millisecond', () => {
    const ids = many(() => systemIds.newThreadId())
    expect(ids.toSorted()).toEqual(ids)
    expect(new Set(ids).size).toBe(ids.length)
  })
})

describe('newId', () => {
  test('never repeats itself', () => {
    const ids = many(() => systemIds.newId())
    expect(new Set(ids).size).toBe(ids.length)
  })
})

describe('newToken', () => {
  test('holds 256 bits in characters that need no escaping', () => {
    const token = systemIds.newToken()
    expect(token).toMatch(/^[\w-]{43}$/)
    expect(Buffer.from(token, 'base64url')).toHaveLength(32)
  })

  test('never repeats itself', () => {
    const tokens = many(() => systemIds.newToken())
    expect(new Set(tokens).size).toBe(tokens.length)
  })
})
