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

describe('the example adapters', () => {
  test.each(adapters)('in $language pass the suite', async ({ command, flags, program }) => {
    await using subject = await adapterSubject({ command, args: [...flags, join(ROOT, program)] })
    const report = await run(subject, { set: 'core', seed: 1 })
    const troubled = report.cases.flatMap(({ id, outcome, reason, failure }) =>
      outcome === 'failed' ? [`${id}: ${failure?.message ?? reason}`] : [],
    )
    expect(troubled).toEqual([])
    expect(report.counts.passed).toBeGreaterThan(100)
  })
})
