import type { RolloutFinding } from '../../history/findings.js'
import { OrdinalCounter } from '../../history/ordinals.js'
import { oversizeFinding, parseRolloutLine, printRolloutLine } from '../../history/rollout-line.js'
import { splitBuffer } from '../../history/split-lines.js'
import type { HistoryPosition, RolloutItem } from '../../protocol/rollout-item.js'

/** An item of a rollout: where its line begins, and the line. */
interface LogEntry {
  readonly ordinal: number
  readonly offset: number
  readonly line: Buffer
}

const lf = 0x0a

/** The bytes of one rollout with an index of its items. Lines that are no items stay bytes. */
export class RolloutLog {
  readonly base: HistoryPosition | null
  readonly historyMode: string
  #chunks: Buffer[] = []
  #byteCount = 0
  #entries: LogEntry[] = []
  #ordinals: OrdinalCounter
  #findings: RolloutFinding[] = []

  constructor(base: HistoryPosition | null, historyMode: string) {
    this.base = base
    this.historyMode = historyMode
    this.#ordinals = new OrdinalCounter(base)
  }

  get byteCount(): number {
    return this.#byteCount
  }

  /** What is in the bytes and is no item. */
  get findings(): readonly RolloutFinding[] {
    return this.#findings
  }

  get itemCount(): number {
    return this.#entries.length
  }

  /** The ordinal the next item gets. */
  get endOrdinal(): number {
    return this.#ordinals.next
  }

  get bytes(): Buffer {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)]
    return this.#chunks[0] ?? Buffer.alloc(0)
  }

  /** Appends stamped items as lines, first ending a torn last line so that it harms nothing else. */
  appendItems(items: readonly RolloutItem[]): void {
    if (items.length > 0 && this.#endsTorn()) this.#push(Buffer.of(lf))
    for (const item of items) {
      const line = printRolloutLine(item)
      this.#entries.push({ ordinal: this.#ordinals.count(item), offset: this.#byteCount, line })
      this.#push(line)
    }
  }

  /** Appends bytes as they are and finds the items in them. */
  appendBytes(bytes: Buffer): void {
    this.#push(bytes)
    this.#reindex()
  }

  /** Items before a position, or all; parsed anew, so that nothing aliases the log. */
  items(end: HistoryPosition | null): RolloutItem[] {
    const stop = end?.endByteOffset ?? this.#byteCount
    const items: RolloutItem[] = []
    for (const entry of this.#entries) {
      if (entry.offset >= stop) break
      const parsed = parseRolloutLine(entry.line)
      if ('item' in parsed) items.push(parsed.item)
    }
    return items
  }

  byteOffsetOf(ordinal: number): number | null {
    if (ordinal === this.endOrdinal) return this.#byteCount
    return this.#entries.find((entry) => entry.ordinal === ordinal)?.offset ?? null
  }

  #push(bytes: Buffer): void {
    this.#chunks.push(bytes)
    this.#byteCount += bytes.length
  }

  #endsTorn(): boolean {
    return this.#byteCount > 0 && this.#chunks.at(-1)?.at(-1) !== lf
  }

  #reindex(): void {
    this.#entries = []
    this.#ordinals = new OrdinalCounter(this.base)
    this.#findings = []
    for (const [index, { bytes, offset, length }] of splitBuffer(this.bytes).entries()) {
      const parsed = bytes === null ? { finding: oversizeFinding(length) } : parseRolloutLine(bytes)
      if ('finding' in parsed) {
        this.#findings.push({ ...parsed.finding, line: index + 1, offset })
      } else if (bytes !== null) {
        this.#entries.push({ ordinal: this.#ordinals.count(parsed.item), offset, line: bytes })
      }
    }
  }
}
