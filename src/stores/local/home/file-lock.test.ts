import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../../test/support/temporary-folder.js'
import { openLocked, withPassingLock } from './file-lock.js'

test('withPassingLock lets one in at a time, and leaves no file', async () => {
  const path = join(temporaryFolder(), 'lock')
  let inside = 0
  const enter = async (): Promise<number> => {
    inside += 1
    const seen = inside
    await Promise.resolve()
    inside -= 1
    return seen
  }
  const seen = await Promise.all([1, 2, 3].map(() => withPassingLock(path, enter)))
  expect(seen).toEqual([1, 1, 1])
  expect(existsSync(path)).toBe(false)
})

test('openLocked does not take the lock of a file that was removed meanwhile for that of the path', () => {
  const path = join(temporaryFolder(), 'lock')
  const removed = (): boolean => {
    rmSync(path)
    return true
  }
  expect(openLocked(path, removed)).toBeNull()
})
