import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { run } from '../conformance/index.js'
import { adapterSubject } from '../src/stores/stdio/index.js'
import { typescriptFlags } from './support/typescript-flags.js'
import { ROOT } from './tidy/repository.js'

const adapters = [
  {
    language: 'TypeScript',
    command: process.execPath,
    flags: typescriptFlags,
    program: 'examples/stdio-adapter.ts',
  },
  { language: 'Python', command: 'python3', flags: [], program: 'examples/python/adapter.py' },
]

/** Lines of an example, comments and empty ones among them. */
function linesOf(...names: readonly string[]): number {
  const texts = names.map((name) => readFileSync(join(ROOT, 'examples', name), 'utf8'))
  return texts.join('').trimEnd().split('\n').length
}

describe('the example adapters', () => {
  test('are short: a store of 150 lines in Python, adapters of 30 and 15', () => {
    expect(linesOf('python/store.py', 'python/records.py')).toBeLessThanOrEqual(150)
    expect(linesOf('python/adapter.py')).toBeLessThanOrEqual(30)
    expect(linesOf('stdio-adapter.ts')).toBeLessThanOrEqual(15)
  })

  test.each(adapters)(
    'in $language pass the suite',
    async ({ command, flags, program }) => {
      const args = [...flags, join(ROOT, program)]
      await using subject = await adapterSubject({ command, args })
      const report = await run(subject, { set: 'core', seed: 1 })
      const troubled = report.cases.flatMap(({ id, outcome, reason, failure }) =>
        outcome === 'failed' ? [`${id}: ${failure?.message ?? reason}`] : [],
      )
      expect(troubled).toEqual([])
      expect(report.counts.passed).toBeGreaterThan(100)
    },
    180_000,
  )
})
