import type { MigrationFinding } from '../runs/findings.js'

/** Findings about lines that `codex migrate-rollouts --apply` leaves out without a word. */
const dropped: ReadonlySet<MigrationFinding['code']> = new Set([
  'OVERSIZE_FOR_CODEX',
  'OVERSIZE_LINE',
  'MALFORMED_LINE',
  'UNRECOGNISED_LINE',
  'INVALID_UTF8',
  'NUL_PADDING',
  'TORN_TAIL',
  'LONE_SURROGATE',
  'UNSAFE_NUMBER',
  'UNKNOWN_ITEM_TYPE',
])

/** Lines of a thread that Codex's own migration would lose, going by what was found. */
export function linesLostByCodex(findings: readonly MigrationFinding[]): number {
  return findings
    .filter(({ code }) => dropped.has(code))
    .reduce((sum, { count }) => sum + (count ?? 1), 0)
}
