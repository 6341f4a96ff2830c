import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../../test/support/temporary-folder.js'
import { stampOf } from './file-stamp.js'
import { KnownFiles } from './known-files.js'

test('KnownFiles asks again when the file has changed, or what is asked of it', async () => {
  const path = join(temporaryFolder(), 'file')
  const known = new KnownFiles<number>()
  let looks = 0
  const look = (asked?: string): Promise<number> =>
    known.find(path, stampOf(path), () => (looks += 1), asked)
  writeFileSync(path, 'one')
  expect([await look(), await look()]).toEqual([1, 1])
  writeFileSync(path, 'three')
  expect([await look(), await look()]).toEqual([2, 2])
  expect([await look('more'), await look('more')]).toEqual([3, 3])
})
