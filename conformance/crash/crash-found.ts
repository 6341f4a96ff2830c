import assert from 'node:assert/strict'
import type { Entry, Finding } from './ledger.js'

const wording = {
  lost: 'what was promised to last is gone',
  torn: 'what is there is no order of whole calls',
} as const

/** A crash left what no correct store leaves. */
export class CrashFound extends assert.AssertionError {
  /** The calls before the crash, as far as they concern the thread. */
  readonly program: string

  constructor({ kind, expected, found, entries }: Finding, place: string) {
    const message = `${place}: ${wording[kind]}`
    super({ message, expected, actual: found, operator: 'deepEqual' })
    this.program = [
      '// the thread as it was, in a process of its own; then',
      ...entries.map(entryText),
      `// ${place}`,
    ].join('\n')
  }
}

function entryText({ change, standing }: Entry): string {
  const { kind, ...facts } = change
  return `${kind} ${JSON.stringify(facts)} // ${standing}`
}
