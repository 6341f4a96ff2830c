import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { installCodex } from '../support/codex.js'
import { codexSubject } from './codex-subject.js'
import { compare } from './differential/compare.js'
import { judge, type KnownDifference } from './differential/known-differences.js'
import { record } from './differential/record.js'
import { settled } from './differential/settle.js'
import { ourSubject } from './our-subject.js'

const list = new URL('differential/known-differences.json', import.meta.url)
const known = JSON.parse(readFileSync(list, 'utf8')) as readonly KnownDifference[]

it('says what Codex 0.131.0 says, message by message, but for known differences', async () => {
  const binary = await installCodex('0.131.0')
  const subjects = [codexSubject('codex 0.131.0', binary), ourSubject()]
  const [codex = [], ours = []] = (await Promise.all(subjects.map(record))).map(settled)
  const { unknown, stale } = judge(compare(codex, ours), known)
  expect(unknown).toEqual([])
  expect(stale).toEqual([])
  // Both really said something in every step.
  expect(codex.length).toBeGreaterThan(100)
  expect(codex.every(({ messages }) => messages.length > 0)).toBe(true)
}, 300_000)

it('finds a difference that nobody knows of, and a known one that is none', () => {
  const step = (cwd: string) => [
    { name: 'a step', messages: [{ kind: 'response to thread/read', body: { thread: { cwd } } }] },
  ]
  const { unknown, stale } = judge(compare(step('/a'), step('/b')), known)
  expect(unknown).toEqual([
    {
      step: 'a step',
      message: 'response to thread/read',
      at: 'thread.cwd',
      codex: '/a',
      ours: '/b',
    },
  ])
  expect(stale).toEqual(known)
})
