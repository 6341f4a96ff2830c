import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { ExportedRollout } from '../../src/store/raw-history.js'
import { openRollout } from './open-rollout.js'

function rollout(text: string, cutEvery: number, promised: number = text.length): ExportedRollout {
  const bytes = Buffer.from(text)
  return {
    rolloutId: '019a0000-0000-7000-8000-000000000001',
    base: null,
    file: null,
    fingerprint: null,
    byteCount: promised,
    async *read() {
      for (let at = 0; at < bytes.length; at += cutEvery) yield bytes.subarray(at, at + cutEvery)
    },
  }
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return Buffer.concat(all).toString()
}

function sha256(content: string): string {
  return createHash('sha256').update(content).digest('hex')
}

describe('openRollout', () => {
  test.each([0, 1, 5, 6, 7, 11])('hashes %d bytes and gives the rest', async (length) => {
    const open = await openRollout(rollout('hello world', 3), length, () => {})
    expect(open.prefixSha256).toBe(sha256('hello world'.slice(0, length)))
    expect(await textOf(open.rest)).toBe('hello world'.slice(length))
    expect(open.sha256()).toBe(sha256('hello world'))
  })

  test('counts every byte once', async () => {
    let read = 0
    const open = await openRollout(rollout('hello world', 4), 6, (bytes) => (read += bytes))
    await textOf(open.rest)
    expect(read).toBe(11)
  })

  test('refuses to end before the promised length', async () => {
    const open = await openRollout(rollout('hello', 3, 8), 2, () => {})
    await expect(textOf(open.rest)).rejects.toMatchObject({ code: 'RETRYABLE' })
  })

  test('refuses a rollout that is shorter than what the target holds', async () => {
    await expect(openRollout(rollout('hello', 3, 8), 7, () => {})).rejects.toMatchObject({
      code: 'RETRYABLE',
    })
  })
})
