import type { OpenHome } from '../open-home.js'
import type { FoundPlace } from '../scan/finding-tally.js'

/** How what a finding names is put right. */
export interface Repair {
  readonly code: string
  /** What it does, in the past tense, for a person. */
  readonly does: string
  /** The files it may change; each is copied before the first of them is. */
  touches(home: OpenHome, found: FoundPlace): readonly string[]
  /** Puts one place right; `null` when that is done, else why the place is left as it is. */
  run(home: OpenHome, found: FoundPlace): Promise<string | null>
}

/** The database that says what threads there are, with its log. */
export function stateFiles(home: OpenHome): string[] {
  const file = home.state.file()
  return file === null ? [] : [file, `${file}-wal`]
}
