import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../../test/support/temporary-folder.js'
import type { Logger } from '../../../host/logger.js'
import { TokenFile } from './token-file.js'

const time = { ms: 0 }
const clock = { now: () => time.ms, sleep: () => Promise.resolve() }

function fileWith(...tokens: string[]): string {
  return JSON.stringify({
    tokens: tokens.map((token) => ({
      id: token,
      sha256: createHash('sha256').update(token).digest('hex'),
      scopes: ['read'],
    })),
  })
}

test('tokens come and go with the file', async () => {
  const path = join(temporaryFolder(), 'tokens.json')
  writeFileSync(path, fileWith('old'))
  const file = await TokenFile.open({ path, clock })
  writeFileSync(path, fileWith('new', 'newer'))
  expect((await file.find('old'))?.tokenId).toBe('old')
  time.ms += 1_000
  expect(await file.find('old')).toBeNull()
  expect((await file.find('new'))?.tokenId).toBe('new')
  writeFileSync(path, fileWith('newest'))
  await file.reload()
  expect((await file.find('newest'))?.tokenId).toBe('newest')
})

test('tokens that cannot be read leave those that could, and a line in the log', async () => {
  const path = join(temporaryFolder(), 'tokens.json')
  writeFileSync(path, fileWith('good'))
  const errors: unknown[] = []
  const ignore = (): void => {}
  const logger: Logger = {
    debug: ignore,
    info: ignore,
    warn: ignore,
    error: (fields) => errors.push(fields['reason']),
  }
  const accept = (grants: readonly { readonly tokenId: string }[]): void => {
    if (grants.some(({ tokenId }) => tokenId === 'refused')) throw new RangeError('not here')
  }
  const file = await TokenFile.open({ path, clock, logger, accept })
  for (const text of ['{', fileWith('good', 'refused')]) {
    writeFileSync(path, text)
    time.ms += 1_000
    expect((await file.find('good'))?.tokenId).toBe('good')
  }
  expect(errors).toEqual([expect.stringContaining('not JSON'), 'not here'])
})

test('a file that cannot be used at first is an error', async () => {
  const path = join(temporaryFolder(), 'tokens.json')
  await expect(TokenFile.open({ path, clock })).rejects.toThrow('ENOENT')
  writeFileSync(path, '{}')
  await expect(TokenFile.open({ path, clock })).rejects.toThrow('cannot be used')
})
