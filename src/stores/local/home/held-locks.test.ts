import { expect, test } from 'vitest'
import { lockHolder } from './held-locks.js'

const TABLE = `1: POSIX  ADVISORY  WRITE 700 08:01:131 0 EOF
2: FLOCK  ADVISORY  WRITE 4242 00:2d:131 0 EOF
2: -> FLOCK  ADVISORY  WRITE 4343 00:2d:131 0 EOF
3: OFDLCK ADVISORY  WRITE -1 00:2d:77 0 EOF
`

test('lockHolder finds who holds a lock, not who waits for it', () => {
  expect(lockHolder(TABLE, 131)).toEqual({ pid: 4242 })
})

test('lockHolder finds a lock whose holder is not known', () => {
  expect(lockHolder(TABLE, 77)).toEqual({ pid: -1 })
})

test('lockHolder finds nobody for another inode', () => {
  expect(lockHolder(TABLE, 13)).toBeUndefined()
  expect(lockHolder('', 131)).toBeUndefined()
})
