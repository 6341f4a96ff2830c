import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { ROOT } from './tidy/repository.js'

const folder = mkdtempSync(join(tmpdir(), 'threadstore-node-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function built(path: string): string {
  return pathToFileURL(join(ROOT, 'dist', path)).href
}

describe('the suite as tests of node --test', () => {
  test('passes, skips and fails as the cases do, and shows failures in full', () => {
    const file = join(folder, 'store.test.mjs')
    writeFileSync(
      file,
      `import { describeConformance } from '${built('conformance/node-test.js')}'
      import { openMemoryStore } from '${built('src/stores/memory/memory-thread-store.js')}'
      const open = () => {
        const store = openMemoryStore()
        const { updateThreadMetadata } = store
        store.updateThreadMetadata = ({ patch: { title, ...patch }, ...params }) =>
          updateThreadMetadata.call(store, { patch, ...params })
        return store
      }
      const filter = 'append.order,meta.set.title.live,handles.hand-over,cap.unclaimed.revertThread'
      describeConformance({ name: 'my store', open }, { seed: 1, filter })`,
    )
    // The runner of this test must not be taken for the one that runs the file.
    const { NODE_TEST_CONTEXT: _context, ...env } = process.env
    const args = ['--test', '--test-reporter=tap', file]
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', env })
    expect(status).toBe(1)
    expect(stdout).toContain('replay: threadstore replay meta.set.title.live@1 <subject>')
    const points = [...stdout.matchAll(/^ +((?:not )?ok) \d+ - ([\w.-]+): .*?( # SKIP.*)?$/gm)]
    const seen = points.map(([, outcome, id, skip]) => [id, skip === undefined ? outcome : 'skip'])
    expect(Object.fromEntries(seen)).toEqual({
      'append.order': 'ok',
      'meta.set.title.live': 'not ok',
      'handles.hand-over': 'not ok',
      'cap.unclaimed.revertThread': 'skip',
    })
  })
})
