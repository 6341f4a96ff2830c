import { existsSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { PostgresDriver } from '../../../host/postgres.js'
import { temporaryFolder } from '../../../../test/support/temporary-folder.js'
import { borrowDatabase } from './pglite-folder.js'

/** Counts how often it was opened and closed. */
function counting(): { open: () => Promise<PostgresDriver>; opened: number; closed: number } {
  const count = {
    opened: 0,
    closed: 0,
    open: async (): Promise<PostgresDriver> => {
      count.opened += 1
      return { close: async () => void (count.closed += 1) } as unknown as PostgresDriver
    },
  }
  return count
}

function folder(): string {
  return join(temporaryFolder(), 'database')
}

/** Another name of a folder. */
function linkTo(dir: string): string {
  const link = `${dir}-by-another-name`
  symlinkSync(dir, link, 'junction')
  return link
}

describe('borrowDatabase', () => {
  test('handles share a database, and the last one closes it', async () => {
    const [dir, count] = [folder(), counting()]
    const [first, second] = await Promise.all([
      borrowDatabase(dir, count.open),
      borrowDatabase(linkTo(dir), count.open),
    ])
    await first.release()
    expect(count).toMatchObject({ opened: 1, closed: 0 })
    await second.release()
    expect(count).toMatchObject({ opened: 1, closed: 1 })
    expect(existsSync(`${dir}.lock`)).toBe(false)
  })

  test('a folder is not opened before it has been closed', async () => {
    const dir = folder()
    const events: string[] = []
    const open = async (): Promise<PostgresDriver> => {
      events.push('opened')
      const close = async (): Promise<void> => {
        await Promise.resolve()
        events.push('closed')
      }
      return { close } as unknown as PostgresDriver
    }
    const first = await borrowDatabase(dir, open)
    const released = first.release()
    const second = await borrowDatabase(dir, open)
    await released
    expect(existsSync(`${dir}.lock`)).toBe(true)
    await second.release()
    expect(events).toEqual(['opened', 'closed', 'opened', 'closed'])
  })

  test('refuses a folder that another process has open', async () => {
    const dir = folder()
    writeFileSync(`${dir}.lock`, '1')
    await expect(borrowDatabase(dir, counting().open)).rejects.toMatchObject({
      code: 'RETRYABLE',
      message: expect.stringContaining('open in process 1'),
    })
    expect(existsSync(`${dir}.lock`)).toBe(true)
  })

  test('takes over from a process that is gone', async () => {
    const dir = folder()
    writeFileSync(`${dir}.lock`, '99999999')
    await (await borrowDatabase(dir, counting().open)).release()
    expect(existsSync(`${dir}.lock`)).toBe(false)
  })

  test('leaves no lock when the database cannot be opened, and can be tried again', async () => {
    const dir = folder()
    const broken = (): Promise<PostgresDriver> => Promise.reject(new Error('broken'))
    await expect(borrowDatabase(dir, broken)).rejects.toThrow('broken')
    await (await borrowDatabase(dir, counting().open)).release()
  })
})
