import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  existsSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import {
  ID,
  create,
  creating,
  emptyHome,
  lines,
  message,
  readAll,
  row,
  withStore,
} from './local-homes.js'
import { corruptState, removeRow, replaceState } from './support/damage.js'
import { copyHome, copyHomeInPlace, withState } from './support/homes.js'

const ALPHA = '01a20320-6d70-7852-b50d-7785b67ce898'
const ALPHA_169 = '01a20348-d6b6-7d43-a072-436c808aed86'
const LEGACY_169 = '01a20348-e181-7281-a1f6-91fc548596a6'
const ARCHIVED = '01a20320-714f-73f0-98d5-a2da5d65af43'

describe('a new thread', () => {
  test('leaves nothing in the home until something is said in it', async () => {
    const home = emptyHome()
    await withStore(home, async (store) => {
      await store.createThread(creating(ID))
      await store.flushThread({ threadId: ID })
      expect((await store.readThread({ threadId: ID })).threadId).toBe(ID)
      expect(await readAll(store, false)).toEqual([])
      await withStore(home, async (other) => {
        await expect(other.readThread({ threadId: ID })).rejects.toMatchObject({
          code: 'THREAD_NOT_FOUND',
        })
      })
      await store.shutdownThread({ threadId: ID })
    })
    expect(existsSync(join(home, 'sessions'))).toBe(false)
    expect(readdirSync(join(home, 'thread-writer-locks'))).toEqual(['.coordination.lock'])
  })

  test('is a rollout in the folder of its day and a row that Codex understands', async () => {
    const home = emptyHome()
    const path = await create(home, 'hello')
    expect(path).toMatch(
      /sessions\/\d{4}\/\d\d\/\d\d\/rollout-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-0190e5ff/,
    )
    expect(lines(path).map(({ type }) => type)).toEqual(['session_meta', 'event_msg'])
    expect(row(home, ID)).toMatchObject({
      rollout_path: path,
      source: 'cli',
      model_provider: 'openai',
      cwd: '/srv',
      memory_mode: 'enabled',
      archived: 0,
    })
    const applied = withState(home, (state) =>
      state.prepare('SELECT max(version), count(*) FROM _sqlx_migrations').raw().get(),
    )
    expect(applied).toEqual([62, 62])
    expect(readdirSync(home).toSorted()).toEqual([
      'sessions',
      'state_5.sqlite',
      'thread-writer-locks',
    ])
  })
})

describe('the writer of a thread', () => {
  test('holds the lock that Codex looks for, and removes it when it is done', async () => {
    const home = emptyHome()
    const lock = join(home, 'thread-writer-locks', `${ID}.lock`)
    const isLocked = (): boolean => spawnSync('flock', ['-n', lock, 'true']).status === 1
    await withStore(home, async (store) => {
      await store.createThread(creating(ID))
      expect(isLocked()).toBe(true)
      await store.shutdownThread({ threadId: ID })
      expect(existsSync(lock)).toBe(false)
    })
  })

  test('is refused while another process holds the lock, and says which', async () => {
    const home = emptyHome()
    await create(home, 'hello')
    const lock = join(home, 'thread-writer-locks', `${ID}.lock`)
    const holder = spawn('flock', [lock, 'sh', '-c', 'echo held; read line'])
    await once(holder.stdout, 'data')
    await withStore(home, async (store) => {
      await expect(store.resumeThread({ threadId: ID })).rejects.toMatchObject({
        code: 'CONFLICT',
        details: {
          reason: 'already-live',
          owner: expect.stringMatching(/^process \d+$/) as string,
        },
      })
      expect((await store.exportThread({ threadId: ID })).live).toBe(true)
      holder.stdin.end('done\n')
      await once(holder, 'exit')
      expect((await store.exportThread({ threadId: ID })).live).toBe(false)
      await store.resumeThread({ threadId: ID })
    })
  })

  test('is seen by its open file when it takes no lock', async () => {
    const home = emptyHome()
    const path = await create(home, 'hello')
    appendFileSync(path, '{"torn')
    await withStore(home, async (store) => {
      expect((await store.exportThread({ threadId: ID })).live).toBe(false)
    })
    const script = 'exec 3>>"$0"; echo open; read line'
    const older = spawn('sh', ['-c', script, path])
    await once(older.stdout, 'data')
    await withStore(home, async (store) => {
      const { live, rollouts } = await store.exportThread({ threadId: ID })
      expect(live).toBe(true)
      expect(rollouts[0]?.byteCount).toBe(statSync(path).size - '{"torn'.length)
    })
    older.stdin.end('done\n')
    await once(older, 'exit')
  })

  test('takes no notice of a lock file that a killed process left', async () => {
    const home = emptyHome()
    await create(home, 'hello')
    writeFileSync(join(home, 'thread-writer-locks', `${ID}.lock`), '')
    await withStore(home, async (store) => {
      await expect(store.resumeThread({ threadId: ID })).resolves.toBeUndefined()
    })
  })

  test('goes on after what an older Codex appends without a lock', async () => {
    const home = emptyHome()
    const path = await create(home, 'one')
    await withStore(home, async (store) => {
      await store.resumeThread({ threadId: ID })
      await store.appendItems({ threadId: ID, items: [message('two')] })
      appendFileSync(path, `${JSON.stringify(message('three'))}\n{"torn`)
      await store.appendItems({ threadId: ID, items: [message('four')] })
      const { items } = await store.loadHistory({ threadId: ID })
      expect(items.slice(1)).toEqual(['one', 'two', 'three', 'four'].map(message))
    })
  })

  test('counts on from the ordinals that are there', async () => {
    const home = await copyHomeInPlace('0.169.0')
    await withStore(home, async (store) => {
      const before = (await store.loadHistory({ threadId: ALPHA_169 })).items
      await store.resumeThread({ threadId: ALPHA_169 })
      await store.appendItems({ threadId: ALPHA_169, items: [message('next'), message('last')] })
      const after = (await store.loadHistory({ threadId: ALPHA_169 })).items
      expect(after.slice(before.length).map(({ ordinal }) => ordinal)).toEqual([
        before.length,
        before.length + 1,
      ])
    })
  })

  test('loses nothing when a file is deleted under it', async () => {
    const home = emptyHome()
    const path = await create(home, 'one')
    await withStore(home, async (store) => {
      await store.resumeThread({ threadId: ID })
      await store.appendItems({ threadId: ID, items: [message('two')] })
      rmSync(path)
      await expect(
        store.appendItems({ threadId: ID, items: [message('three')] }),
      ).rejects.toMatchObject({ details: { reason: 'writer-lost' } })
    })
  })
})

describe('a patch', () => {
  test.each([
    ['0.131.0', 'legacy', ALPHA],
    ['0.169.0', 'legacy', LEGACY_169],
    ['0.169.0', 'paginated', ALPHA_169],
  ] as const)('of a thread of %s, %s, outlives the database', async (version, mode, threadId) => {
    const home = await copyHomeInPlace(version)
    const patch = { name: 'Renamed', gitInfo: { branch: null }, memoryMode: 'disabled' } as const
    const before = await withStore(home, (store) => store.updateThreadMetadata({ threadId, patch }))
    expect(before.historyMode).toBe(mode)
    for (const suffix of ['', '-wal', '-shm']) {
      rmSync(join(home, `state_5.sqlite${suffix}`), { force: true })
    }
    await withStore(home, async (store) => {
      const { name, gitInfo, memoryMode } = await store.readThread({ threadId })
      const expected = { name: 'Renamed', gitInfo: before.gitInfo, memoryMode: 'disabled' }
      expect({ name, gitInfo, memoryMode }).toEqual(expected)
      const { findings } = await store.scan()
      expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
    })
  })

  test('that clears a name and all git facts leaves them cleared without the database', async () => {
    const home = await copyHomeInPlace('0.131.0')
    const patch = { name: null, gitInfo: { sha: null, branch: null, originUrl: null } }
    await withStore(home, (store) => store.updateThreadMetadata({ threadId: ALPHA, patch }))
    rmSync(join(home, 'state_5.sqlite'))
    const { name, gitInfo } = await withStore(home, (store) =>
      store.readThread({ threadId: ALPHA }),
    )
    expect({ name, gitInfo }).toEqual({ name: null, gitInfo: null })
  })

  test('counts until Codex writes the same column', async () => {
    const home = await copyHomeInPlace('0.131.0')
    await withStore(home, async (store) => {
      const patch = { title: 'A title', name: 'A name', preview: '' }
      await store.updateThreadMetadata({ threadId: ALPHA, patch })
      expect(await store.readThread({ threadId: ALPHA })).toMatchObject(patch)
      withState(home, (state) =>
        state
          .prepare("UPDATE threads SET title = 'By Codex', tokens_used = 7 WHERE id = ?")
          .run(ALPHA),
      )
      expect(await store.readThread({ threadId: ALPHA })).toMatchObject({
        title: 'By Codex',
        name: 'By Codex',
        preview: '',
      })
    })
  })

  test('keeps columns it does not know', async () => {
    const home = await copyHomeInPlace('0.169.0')
    const before = row(home, LEGACY_169)
    await withStore(home, (store) =>
      store.updateThreadMetadata({ threadId: LEGACY_169, patch: { model: 'another' } }),
    )
    expect(row(home, LEGACY_169)).toEqual({ ...before, model: 'another' })
  })

  test('of a thread that another process is writing leaves its rollout alone', async () => {
    const home = await copyHomeInPlace('0.131.0')
    await withStore(home, async (writer) => {
      await writer.resumeThread({ threadId: ALPHA })
      const path = (await writer.localRolloutPath(ALPHA)) ?? ''
      const before = readFileSync(path, 'utf8')
      const patched = await withStore(home, (store) =>
        store.updateThreadMetadata({ threadId: ALPHA, patch: { memoryMode: 'disabled' } }),
      )
      expect(patched.memoryMode).toBe('disabled')
      expect(readFileSync(path, 'utf8')).toBe(before)
    })
  })
})

describe('archiving', () => {
  test('moves the rollout and its row, and moves them back', async () => {
    const home = await copyHomeInPlace('0.131.0')
    await withStore(home, async (store) => {
      const path = (await store.localRolloutPath(ALPHA)) ?? ''
      await store.archiveThread({ threadId: ALPHA })
      const name = path.slice(path.lastIndexOf('/') + 1)
      expect(row(home, ALPHA)).toMatchObject({
        archived: 1,
        rollout_path: join(home, 'archived_sessions', name),
      })
      await store.unarchiveThread({ threadId: ALPHA })
      expect(row(home, ALPHA)).toMatchObject({ archived: 0, archived_at: null, rollout_path: path })
    })
  })

  test('believes the folder when the row was never written', async () => {
    const home = await copyHomeInPlace('0.131.0')
    withState(home, (state) =>
      state
        .prepare('UPDATE threads SET archived = 0, archived_at = NULL WHERE id = ?')
        .run(ARCHIVED),
    )
    await withStore(home, async (store) => {
      expect((await readAll(store, true)).map(({ threadId }) => threadId)).toEqual([ARCHIVED])
    })
  })
})

describe('a database', () => {
  test.each([
    ['damaged', corruptState],
    ['replaced by text', replaceState],
  ] as const)(
    'that is %s is moved aside and made anew from the rollouts',
    async (_name, damage) => {
      const home = await copyHomeInPlace('0.131.0')
      damage(home)
      await withStore(home, async (store) => {
        await store.updateThreadMetadata({ threadId: ALPHA, patch: { model: 'another' } })
        const { findings } = await store.scan()
        expect(findings).toEqual([])
        expect((await store.readThread({ threadId: ALPHA })).name).toBe('Thread Alpha')
      })
      expect(readdirSync(join(home, 'db-backups'))).toHaveLength(1)
      expect(
        withState(home, (state) => state.prepare('SELECT count(*) FROM threads').pluck().get()),
      ).toBe(9)
    },
  )

  test('that is locked for long makes a patch fail, and append and flush go on', async () => {
    const home = await copyHomeInPlace('0.131.0')
    const blocker = new Database(join(home, 'state_5.sqlite'))
    await withStore(home, async (store) => {
      await store.resumeThread({ threadId: ALPHA })
      blocker.exec('BEGIN EXCLUSIVE')
      await store.appendItems({ threadId: ALPHA, items: [message('still here')] })
      await store.flushThread({ threadId: ALPHA })
      await expect(
        store.updateThreadMetadata({ threadId: ALPHA, patch: { model: 'x' } }),
      ).rejects.toMatchObject({ code: 'RETRYABLE' })
      blocker.exec('ROLLBACK')
    })
    blocker.close()
  })

  test('gets a row for a thread that is resumed without one', async () => {
    const home = await copyHomeInPlace('0.131.0')
    const { id } = removeRow(home)
    await withStore(home, async (store) => {
      const before = await store.readThread({ threadId: id })
      await store.resumeThread({ threadId: id })
      await store.appendItems({ threadId: id, items: [message('more')] })
      expect(await store.readThread({ threadId: id })).toEqual(before)
    })
    expect(row(home, id)).toMatchObject({ id })
  })
})

test('deleting a thread leaves nothing of it in the home', async () => {
  const home = await copyHome('0.169.0')
  const [newest] = await withStore(home, async (store) => {
    const threads = await readAll(store, false)
    await store.deleteThread({ threadId: threads[0]?.threadId ?? '' })
    return threads
  })
  const threadId = newest?.threadId ?? ''
  const left = readdirSync(home, { recursive: true, encoding: 'utf8' })
  expect(left.filter((path) => path.includes(threadId))).toEqual([])
  for (const file of ['state_5', 'goals_1', 'thread_history_1']) {
    const db = new Database(join(home, `${file}.sqlite`))
    const tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all()
    for (const table of tables as string[]) {
      const rows = JSON.stringify(db.prepare(`SELECT * FROM "${table}"`).all())
      expect(rows.includes(threadId)).toBe(false)
    }
    db.close()
  }
})
