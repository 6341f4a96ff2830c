import { createByteHasher } from '../../../history/digest.js'
import { createFindingLog } from '../../../history/findings.js'
import { ordinalOf } from '../../../history/ordinals.js'
import { oversizeFinding, parseRolloutLine } from '../../../history/rollout-line.js'
import { createLineSplitter } from '../../../history/split-lines.js'
import type { RolloutId } from '../../../protocol/thread-id.js'
import type { RolloutReceipt } from '../../../store/raw-history.js'

/** Reads the bytes of a log as they come and says what they are. */
export interface LogScan {
  push(bytes: Uint8Array): void
  /** The last word on the log. */
  end(): RolloutReceipt
}

/**
 * A scan to which nothing was fed yet.
 * @param onItem - hears of every item as soon as its line ends; `own` is the ordinal it carries
 */
export function createLogScan(
  rolloutId: RolloutId,
  onItem: (own: number | null, offset: number) => void,
): LogScan {
  const hasher = createByteHasher()
  const findings = createFindingLog(rolloutId)
  let itemCount = 0
  let line = 0
  const splitter = createLineSplitter(({ bytes, offset, length }) => {
    line += 1
    const parsed = bytes ? parseRolloutLine(bytes) : { finding: oversizeFinding(length) }
    if ('finding' in parsed) {
      findings.add({ ...parsed.finding, line, offset })
      return
    }
    itemCount += 1
    onItem(ordinalOf(parsed.item), offset)
  })
  return {
    push(bytes) {
      hasher.update(bytes)
      splitter.push(bytes)
    },
    end() {
      splitter.end()
      const { byteCount } = hasher
      return { rolloutId, itemCount, byteCount, sha256: hasher.sha256(), findings: findings.list() }
    },
  }
}
