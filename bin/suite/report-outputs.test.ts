import { describe, expect, test } from 'vitest'
import { openReports, reportOutputs } from './report-outputs.js'

describe('reportOutputs', () => {
  const text = { reporter: 'text', file: null }

  test('prints the text when nothing else is asked for', () => {
    expect(reportOutputs({ json: false }, undefined)).toEqual([text])
  })

  test('gives standard output to the one reporter without a file', () => {
    expect(reportOutputs({ json: true }, undefined)).toEqual([{ reporter: 'json', file: null }])
    const written = { reporter: ['junit', 'tap'], output: ['a', '-'], json: false } as const
    expect(reportOutputs(written, undefined)).toEqual([
      { reporter: 'junit', file: 'a' },
      { reporter: 'tap', file: null },
    ])
  })

  test('takes the format from the name of a file', () => {
    const output = ['a.ctrf.json', 'a.json', 'a.ndjson', 'a.xml', 'a.md', 'a.txt', 'a']
    const formats = reportOutputs({ output, json: false }, undefined)
    expect(formats.map(({ reporter }) => reporter)).toEqual([
      'ctrf',
      'json',
      'json-lines',
      'junit',
      'github',
      'text',
      'text',
    ])
  })

  test('writes for GitHub into the summary of the job, and prints annotations beside the text', () => {
    const both = { reporter: ['github', 'annotations'], json: false } as const
    expect(reportOutputs(both, '/summary.md')).toEqual([
      { reporter: 'github', file: '/summary.md' },
      { reporter: 'annotations', file: null },
      text,
    ])
  })

  test.each([
    [{ reporter: ['tap', 'json'], json: false } as const, 'cannot share standard output'],
    [{ reporter: 'tap', output: ['a', 'b'], json: false } as const, '1 reporters and 2 outputs'],
    [{ output: ['a.xml', 'a.xml'], json: false } as const, 'a.xml is named for two reports'],
    [
      { reporter: ['tap', 'junit'], output: 'a', json: false } as const,
      '2 reporters and 1 outputs',
    ],
  ])('refuses %j', (args, message) => {
    expect(() => reportOutputs(args, undefined)).toThrow(message)
  })
})

describe('openReports', () => {
  test.each(['html', 'tap'] as const)(
    'refuses a file for %s that cannot be written',
    (reporter) => {
      const outputs = [{ reporter, file: '/no/such/folder/report' }]
      expect(() => openReports(outputs, undefined)).toThrow('cannot be written')
    },
  )
})
