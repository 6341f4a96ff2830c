import {
  type HistoryPosition,
  KNOWN_ITEM_TYPES,
  type RolloutItem,
} from '../protocol/rollout-item.js'
import type { RolloutId, ThreadId } from '../protocol/thread-id.js'
import { type ByteHasher, createByteHasher, type RolloutDigest } from './digest.js'
import { createFindingLog, type FindingLog, type RolloutFinding } from './findings.js'
import { doubtsAbout } from './line-doubts.js'
import { OrdinalCounter, ordinalOf } from './ordinals.js'
import { decodeRolloutLine, oversizeFinding } from './rollout-line.js'
import { readSessionMeta, type SessionMeta } from './session-meta.js'
import { createLineSplitter, type RawLine } from './split-lines.js'

/** Where an item stands in a rollout. */
export interface ItemPlace {
  /** Counted from the start of the lineage. */
  readonly ordinal: number
  /** Counted from 1. */
  readonly line: number
  readonly offset: number
  /** Bytes of the line without its line feed. */
  readonly length: number
}

export interface ScanOptions {
  readonly rolloutId: RolloutId
  /** Whose history it has to be. @defaultValue whoever the first `session_meta` names */
  readonly threadId?: ThreadId
  readonly onItem?: (item: RolloutItem, place: ItemPlace) => void
  /** Bytes at which to note what the scan has seen so far. */
  readonly marks?: readonly number[]
  /** @defaultValue `LINE_BYTES_MAX` */
  readonly lineBytesMax?: number
}

/** What the first bytes of a rollout are: what a scan of them alone would say. */
export interface RolloutPrefix extends RolloutDigest {
  /** The ordinal that follows the items in it. */
  readonly nextOrdinal: number
  /** Whether a line ends where it ends, so that a history may be cut there. */
  readonly endsLine: boolean
}

/** What one pass over a rollout found out. */
export interface RolloutSummary extends RolloutDigest {
  readonly rolloutId: RolloutId
  /** The first one, which alone says whose history it is and how it is written. */
  readonly sessionMeta: SessionMeta | null
  readonly historyMode: string
  readonly base: HistoryPosition | null
  /** The ordinal that the next item has. */
  readonly nextOrdinal: number
  /** Bytes up to and including the last line feed; what follows was never finished. */
  readonly lastCompleteByte: number
  /** For every mark that was reached. */
  readonly prefixes: ReadonlyMap<number, RolloutPrefix>
  readonly findings: readonly RolloutFinding[]
}

/** A scan that is fed as bytes come. */
interface RolloutScan {
  push(chunk: Uint8Array): void
  /** The last word on the rollout. */
  end(): RolloutSummary
}

/** Scans a whole rollout in one pass and bounded memory, whatever is in it. */
export async function scanRollout(
  chunks: AsyncIterable<Uint8Array>,
  options: ScanOptions,
): Promise<RolloutSummary> {
  const scan = createRolloutScan(options)
  for await (const chunk of chunks) scan.push(chunk)
  return scan.end()
}

/** A scan to which nothing has been fed yet. */
export function createRolloutScan(options: ScanOptions): RolloutScan {
  const scan = new Scan(options)
  const splitter = createLineSplitter(
    (line) => scan.line(line),
    options.lineBytesMax === undefined ? {} : { lineBytesMax: options.lineBytesMax },
  )
  return {
    push(chunk) {
      scan.hasher.update(chunk)
      splitter.push(chunk)
    },
    end() {
      splitter.end()
      return scan.summary()
    },
  }
}

type PrefixCounts = Omit<RolloutPrefix, 'byteCount' | 'sha256'>

class Scan {
  readonly hasher: ByteHasher
  readonly #options: ScanOptions
  readonly #log: FindingLog
  /** Marks that no line has reached yet, descending, so that the next one is the last. */
  readonly #marks: number[]
  readonly #counts = new Map<number, PrefixCounts>()
  #lineCount = 0
  #itemCount = 0
  #lastCompleteByte = 0
  #sessionMeta: SessionMeta | null = null
  #ordinals = new OrdinalCounter(null)

  constructor(options: ScanOptions) {
    this.#options = options
    this.#log = createFindingLog(options.rolloutId)
    this.#marks = [...new Set(options.marks)].toSorted((a, b) => b - a)
    this.hasher = createByteHasher(options.marks)
    this.#noteMarks(0)
  }

  line(line: RawLine): void {
    this.#lineCount += 1
    this.#noteMarks(line.offset + line.length - 1)
    if (line.terminated) this.#lastCompleteByte = line.offset + line.length + 1
    if (line.bytes) this.#bytes(line, line.bytes)
    else this.#find(line, oversizeFinding(line.length, this.#options.lineBytesMax))
    this.#noteMarks(line.offset + line.length + Number(line.terminated))
  }

  summary(): RolloutSummary {
    const { rolloutId } = this.#options
    if (this.#itemCount === 0) {
      this.#log.add({ code: 'EMPTY_ROLLOUT', message: 'the rollout holds no item' })
    } else if (this.#sessionMeta === null) {
      this.#log.add({ code: 'NO_SESSION_META', message: 'no item says whose history this is' })
    }
    const prefixes = [...this.hasher.prefixes].flatMap(([byteCount, sha256]) => {
      const counts = this.#counts.get(byteCount)
      return counts ? [[byteCount, { byteCount, sha256, ...counts }] as const] : []
    })
    return {
      rolloutId,
      itemCount: this.#itemCount,
      lineCount: this.#lineCount,
      byteCount: this.hasher.byteCount,
      sha256: this.hasher.sha256(),
      sessionMeta: this.#sessionMeta,
      historyMode: this.#sessionMeta?.historyMode ?? 'legacy',
      base: this.#sessionMeta?.historyBase ?? null,
      nextOrdinal: this.#ordinals.next,
      lastCompleteByte: this.#lastCompleteByte,
      prefixes: new Map(prefixes),
      findings: this.#log.list(),
    }
  }

  #bytes(line: RawLine, bytes: Buffer): void {
    const decoded = decodeRolloutLine(bytes)
    if ('finding' in decoded) {
      this.#find(line, line.terminated ? decoded.finding : tornFinding(decoded.finding))
      return
    }
    const { item } = decoded
    if (!line.terminated) {
      const message = 'the last line has no line feed'
      this.#find(line, { code: 'UNTERMINATED_LINE', message })
    }
    for (const finding of doubtsAbout(decoded, bytes)) this.#find(line, finding)
    if (!KNOWN_ITEM_TYPES.has(item.type)) this.#unknownType(line, item.type)
    if (item.type === 'session_meta' && this.#sessionMeta === null) this.#begin(line, item)
    this.#item(line, item)
  }

  #item(line: RawLine, item: RolloutItem): void {
    this.#checkOrdinal(line, ordinalOf(item))
    const ordinal = this.#ordinals.count(item)
    this.#itemCount += 1
    const { offset, length } = line
    this.#options.onItem?.(item, { ordinal, line: this.#lineCount, offset, length })
  }

  #unknownType(line: RawLine, type: string): void {
    const name = JSON.stringify(type.slice(0, 100))
    const message = `items of type ${name} are not known; they are kept`
    this.#find(line, { code: 'UNKNOWN_ITEM_TYPE', message }, name)
  }

  #begin(line: RawLine, item: RolloutItem): void {
    const meta = readSessionMeta(item)
    if (meta === null) return
    this.#sessionMeta = meta
    if (this.#itemCount === 0) this.#ordinals = new OrdinalCounter(meta.historyBase)
    if (meta.threadId === null) {
      this.#find(line, { code: 'NO_SESSION_META', message: 'the first session_meta has no id' })
    }
    const expected = this.#options.threadId
    if (expected !== undefined && meta.threadId !== null && meta.threadId !== expected) {
      const message = `the rollout is of thread ${meta.threadId}, not ${expected}`
      this.#find(line, { code: 'FOREIGN_ID', message })
    }
    if (meta.historyMode !== 'legacy' && meta.historyMode !== 'paginated') {
      const message = `the history mode ${JSON.stringify(meta.historyMode)} is not known`
      this.#find(line, { code: 'UNKNOWN_HISTORY_MODE', message })
    }
    if (meta.historyBaseInvalid) {
      this.#find(line, { code: 'INVALID_BASE', message: 'history_base does not name a place' })
    }
  }

  /** In a paginated history the ordinals are contiguous, or Codex stops projecting the thread. */
  #checkOrdinal(line: RawLine, ordinal: number | null): void {
    if (this.#sessionMeta?.historyMode !== 'paginated') return
    const expected = this.#ordinals.next
    if (ordinal === null) {
      this.#find(line, { code: 'MISSING_ORDINAL', message: `ordinal ${expected} is missing` })
    } else if (ordinal !== expected) {
      const code = ordinal > expected ? 'ORDINAL_GAP' : 'ORDINAL_DUPLICATE'
      this.#find(line, { code, message: `expected ordinal ${expected}, got ${ordinal}` })
    }
  }

  #find(line: RawLine, finding: RolloutFinding, subject?: string): void {
    const { offset, length } = line
    this.#log.add({ ...finding, line: this.#lineCount, offset, length }, subject)
  }

  /** Notes what is counted now for the marks up to `byteCount`. */
  #noteMarks(byteCount: number): void {
    for (let mark = this.#marks.at(-1); mark !== undefined; mark = this.#marks.at(-1)) {
      if (mark > byteCount) return
      this.#marks.pop()
      this.#counts.set(mark, {
        itemCount: this.#itemCount,
        lineCount: this.#lineCount,
        nextOrdinal: this.#ordinals.next,
        endsLine: mark === this.#lastCompleteByte,
      })
    }
  }
}

/** What was cut off while it was written looks like damage of any kind; NUL bytes say more. */
function tornFinding(finding: RolloutFinding): RolloutFinding {
  if (finding.code !== 'MALFORMED_LINE' && finding.code !== 'INVALID_UTF8') return finding
  return { ...finding, code: 'TORN_TAIL', message: 'the last line was cut off' }
}
