import type { FindingCode } from '../../../history/findings.js'

const ended = 'none needed: the next append of this store or a newer Codex ends the line first'
const restore = 'put the rollout back from a backup; until then it is kept and moved as it is'

/** What to do about findings in the lines of a rollout; those without need nothing done. */
export const lineRemedies: Readonly<Partial<Record<FindingCode, string>>> = {
  MALFORMED_LINE: restore,
  UNRECOGNISED_LINE: restore,
  GLUED_LINE: 'split the line by hand, after a backup; it is kept and moved as it is',
  INVALID_UTF8: restore,
  NUL_PADDING: restore,
  TORN_TAIL: ended,
  UNTERMINATED_LINE: 'scan --repair ends it',
  BOM: 'scan --repair removes one at the start of a rollout; Codex then reads the thread again',
  OVERSIZE_FOR_CODEX: 'do not let Codex migrate this home before a backup',
  EMPTY_ROLLOUT: 'none needed; Codex does not list it',
  NO_SESSION_META: restore,
  FOREIGN_ID:
    'give the file the name of the thread it is of, if that has no other; names count here',
  UNKNOWN_HISTORY_MODE: 'use a newer release',
  ORDINAL_GAP: 'none that is safe; this store reads the thread, a projection of Codex stops there',
  ORDINAL_DUPLICATE:
    'none that is safe; this store reads the thread, a projection of Codex stops there',
  MISSING_ORDINAL: 'none that is safe; this store counts on from the line before',
  INVALID_BASE: restore,
  MISSING_BASE: 'put the rollout it begins from back into the home',
  CYCLIC_BASE: restore,
  BASE_OUT_OF_BOUNDS: 'put the rollout it begins from back as it was',
}
