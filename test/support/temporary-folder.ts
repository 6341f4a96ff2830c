import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, onTestFinished } from 'vitest'

const leftovers = new Set<string>()

afterAll(() => {
  for (const folder of leftovers) remove(folder)
})

/**
 * An empty folder, outside of the repository. It goes when the test that asked for it is over, or with the test file
 * where a hook asked. Not for `test.concurrent`, which knows no current test.
 */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'threadstore-')))
  leftovers.add(folder)
  try {
    onTestFinished(() => remove(folder))
  } catch {
    // Not inside a test: `afterAll` will do it.
  }
  return folder
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
  leftovers.delete(folder)
}
