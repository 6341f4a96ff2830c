import type { RolloutId } from '../protocol/thread-id.js'

/**
 * How bad a finding is: `error`, something cannot be read as history; `warning`, some reader or
 * writer will trip over it; `info`, worth knowing and harmless.
 */
export type FindingSeverity = 'error' | 'warning' | 'info'

/** What is said of every finding of one code. */
interface FindingKind {
  readonly severity: FindingSeverity
  readonly meaning: string
}

/** The name of a finding; new ones may be added, none changes its meaning. */
export type FindingCode =
  | 'MALFORMED_LINE'
  | 'UNRECOGNISED_LINE'
  | 'GLUED_LINE'
  | 'INVALID_UTF8'
  | 'NUL_PADDING'
  | 'TOO_DEEP_LINE'
  | 'OVERSIZE_LINE'
  | 'TORN_TAIL'
  | 'UNTERMINATED_LINE'
  | 'BOM'
  | 'CRLF'
  | 'BLANK_LINE'
  | 'LONE_SURROGATE'
  | 'UNSAFE_NUMBER'
  | 'OVERSIZE_FOR_CODEX'
  | 'EMPTY_ROLLOUT'
  | 'NO_SESSION_META'
  | 'FOREIGN_ID'
  | 'UNKNOWN_ITEM_TYPE'
  | 'UNKNOWN_HISTORY_MODE'
  | 'ORDINAL_GAP'
  | 'ORDINAL_DUPLICATE'
  | 'MISSING_ORDINAL'
  | 'INVALID_BASE'
  | 'MISSING_BASE'
  | 'CYCLIC_BASE'
  | 'BASE_OUT_OF_BOUNDS'

/** Every finding there is, with what it means. Bytes are kept whatever is found in them. */
export const findingKinds: Readonly<Record<FindingCode, FindingKind>> = {
  MALFORMED_LINE: { severity: 'error', meaning: 'a line is not JSON' },
  UNRECOGNISED_LINE: { severity: 'error', meaning: 'a line is JSON but no item' },
  GLUED_LINE: {
    severity: 'error',
    meaning: 'an item shares its line with something else, as a careless append leaves it',
  },
  INVALID_UTF8: {
    severity: 'error',
    meaning: 'a line is not UTF-8; Codex then reads no line of the rollout',
  },
  NUL_PADDING: { severity: 'error', meaning: 'a line holds NUL bytes, as a crash leaves them' },
  TOO_DEEP_LINE: { severity: 'error', meaning: 'a line nests deeper than any item may' },
  OVERSIZE_LINE: { severity: 'error', meaning: 'a line is longer than the limit for lines' },
  TORN_TAIL: { severity: 'warning', meaning: 'the last line was cut off while it was written' },
  UNTERMINATED_LINE: {
    severity: 'warning',
    meaning: 'the last line is whole but has no line feed; a careless append glues to it',
  },
  BOM: { severity: 'warning', meaning: 'a line begins with a byte order mark; Codex refuses it' },
  CRLF: { severity: 'info', meaning: 'lines end with CR LF' },
  BLANK_LINE: { severity: 'info', meaning: 'a line is empty' },
  LONE_SURROGATE: {
    severity: 'warning',
    meaning: 'a string holds half a character; Codex skips the line',
  },
  UNSAFE_NUMBER: {
    severity: 'warning',
    meaning: 'a number does not fit a double; items read from the line hold a rounded one',
  },
  OVERSIZE_FOR_CODEX: {
    severity: 'warning',
    meaning: 'a line is longer than 16 MiB; codex migrate-rollouts --apply drops it',
  },
  EMPTY_ROLLOUT: { severity: 'warning', meaning: 'a rollout holds no item' },
  NO_SESSION_META: { severity: 'error', meaning: 'a rollout says nowhere whose history it is' },
  FOREIGN_ID: { severity: 'error', meaning: 'the first session_meta names another thread' },
  UNKNOWN_ITEM_TYPE: {
    severity: 'info',
    meaning: 'an item has a type this release has no name for',
  },
  UNKNOWN_HISTORY_MODE: {
    severity: 'error',
    meaning: 'history_mode is neither legacy nor paginated; reading it would be a guess',
  },
  ORDINAL_GAP: { severity: 'error', meaning: 'an ordinal skips ahead' },
  ORDINAL_DUPLICATE: {
    severity: 'error',
    meaning: 'an ordinal comes twice or goes back; Codex stops projecting the thread',
  },
  MISSING_ORDINAL: { severity: 'error', meaning: 'an item of a paginated rollout has no ordinal' },
  INVALID_BASE: { severity: 'error', meaning: 'history_base does not name a place' },
  MISSING_BASE: { severity: 'error', meaning: 'the rollout that this one begins from is missing' },
  CYCLIC_BASE: { severity: 'error', meaning: 'a rollout begins from itself' },
  BASE_OUT_OF_BOUNDS: {
    severity: 'error',
    meaning: 'a rollout begins at a place its base does not reach',
  },
}

/** Something a scan noticed, and where. */
export interface RolloutFinding {
  readonly code: FindingCode
  readonly rolloutId?: RolloutId
  /** Counted from 1. */
  readonly line?: number
  /** Bytes before the place. */
  readonly offset?: number
  /** Bytes of the place. */
  readonly length?: number
  /** Places, when the finding stands for more than the one it names. */
  readonly count?: number
  readonly message: string
}

/** Findings of one code that a rollout lists one by one; those beyond are counted in the last. */
export const FINDINGS_PER_CODE = 10

/** Codes that say the same of every line: the first place and the count are all there is to say. */
const mentionedOnce: ReadonlySet<FindingCode> = new Set(['CRLF', 'BLANK_LINE', 'UNKNOWN_ITEM_TYPE'])

/** Collects the findings of one rollout in bounded memory, however damaged it is. */
export interface FindingLog {
  /** `subject` sets findings of one code apart that are listed only once, such as a type's name. */
  add(finding: Omit<RolloutFinding, 'rolloutId' | 'count'>, subject?: string): void
  /** In the order in which they were first found. */
  list(): readonly RolloutFinding[]
}

/** Subjects that are told apart; all others of a code count as one. */
const SUBJECTS_MAX = 100

type Counted = Omit<RolloutFinding, 'count'> & { count?: number }

/** An empty log for a rollout. */
export function createFindingLog(rolloutId: RolloutId): FindingLog {
  const found: Counted[] = []
  const tallies = new Map<string, { readonly listed: number; readonly last: Counted }>()
  return {
    add(finding, subject = '') {
      const most = mentionedOnce.has(finding.code) ? 1 : FINDINGS_PER_CODE
      // Subjects come from the data, so they are bounded like everything else that does.
      const own = `${finding.code} ${subject}`
      const key = tallies.has(own) || tallies.size < SUBJECTS_MAX ? own : finding.code
      const tally = tallies.get(key)
      if (tally !== undefined && tally.listed >= most) {
        tally.last.count = (tally.last.count ?? 1) + 1
        return
      }
      const last: Counted = { ...finding, rolloutId }
      found.push(last)
      tallies.set(key, { listed: (tally?.listed ?? 0) + 1, last })
    },
    list: () => found.map((finding) => ({ ...finding })),
  }
}
