import { type RolloutSummary, scanRollout } from '../../../history/scan-rollout.js'
import type { ThreadRecord } from '../../../store/records.js'
import { canonicalJson } from '../../../store/thread-filter.js'
import { type HomeThread, rowPath } from '../home-index.js'
import { stampOf } from '../home/file-stamp.js'
import { readRolloutBytes } from '../home/rollout-bytes.js'
import type { OddEntry, RolloutEntry } from '../home/rollout-tree.js'
import type { OpenHome } from '../open-home.js'
import { BaseChecks } from './base-checks.js'
import { FindingTally, type FoundPlace } from './finding-tally.js'
import { isMisplaced } from './folder-checks.js'
import type { HomeFindingCode } from './home-findings.js'
import type { Census, HomeInventory } from './home-inventory.js'
import { lostRowProblem, rowProblems } from './row-checks.js'

const LARGEST = 5

/** A scan on its way: what has been counted and found so far. */
export class RunningScan {
  readonly tally: FindingTally
  readonly bases: BaseChecks = new BaseChecks()
  readonly #home: OpenHome
  #counts = {
    threads: 0,
    archivedThreads: 0,
    forks: 0,
    revertedThreads: 0,
    rollouts: 0,
    compressedRollouts: 0,
    bytes: 0,
    items: 0,
    lines: 0,
    rows: 0,
  }
  readonly #census = {
    modelProviders: new Map<string, number>(),
    sources: new Map<string, number>(),
    cliVersions: new Map<string, number>(),
    historyModes: new Map<string, number>(),
  }
  #largest: { file: string; bytes: number }[] = []

  constructor(home: OpenHome, onPlace?: (found: FoundPlace) => void) {
    this.#home = home
    this.tally = new FindingTally(onPlace)
  }

  odd(entries: Iterable<OddEntry>): void {
    const codes: Record<OddEntry['kind'], HomeFindingCode> = {
      'odd-name': 'ODD_NAME',
      leftover: 'LEFTOVER',
      link: 'LINK_IGNORED',
      special: 'SPECIAL_FILE',
      unreadable: 'UNREADABLE_FOLDER',
    }
    for (const { kind, file } of entries) this.tally.add(codes[kind], file)
  }

  async thread(thread: HomeThread): Promise<void> {
    const { threadId, row, rollouts, duplicates } = thread
    if (row !== null) this.#counts.rows += 1
    for (const { file } of duplicates) this.tally.add('DUPLICATE_ROLLOUT', file)
    const current = await this.#home.records.current(thread)
    if (current === null) {
      this.tally.add(lostRowProblem(this.#home, thread), threadId)
      return
    }
    const record = await this.#record(thread, current)
    if (record === null) return
    this.#counts.threads += 1
    this.#counts.archivedThreads += Number(record.archivedAt !== null)
    this.#counts.forks += Number(record.forkedFromId !== null)
    this.#counts.revertedThreads += Number(rollouts.length > 1)
    count(this.#census.modelProviders, record.modelProvider)
    const { source } = record
    count(this.#census.sources, typeof source === 'string' ? source : canonicalJson(source))
    count(this.#census.cliVersions, record.cliVersion)
    count(this.#census.historyModes, record.historyMode)
    if (row === null) this.tally.add('ROW_MISSING', current.file)
    else {
      const problems = await rowProblems(this.#home, { ...thread, row }, current, record)
      for (const code of problems) this.tally.add(code, threadId)
    }
  }

  /** Reads a rollout to its end; returns its bytes on disk. */
  async rollout({ threadId }: HomeThread, entry: RolloutEntry): Promise<number> {
    const bytes = Number(stampOf(entry.path)?.size ?? 0n)
    this.#counts.rollouts += 1
    this.#counts.compressedRollouts += Number(entry.compressed)
    this.#counts.bytes += bytes
    this.#largest = [...this.#largest, { file: entry.file, bytes }]
      .toSorted((a, b) => b.bytes - a.bytes)
      .slice(0, LARGEST)
    if (isMisplaced(entry)) this.tally.add('MISPLACED_ROLLOUT', entry.file)
    const { rolloutId } = entry
    const summary = await this.#readable(entry, () =>
      scanRollout(readRolloutBytes(entry), {
        rolloutId,
        threadId,
        marks: this.bases.marks(rolloutId),
      }),
    )
    if (summary !== null) this.#summary(entry, summary)
    return bytes
  }

  /** Reads a rollout for the sake of those that begin from it. */
  async base(entry: RolloutEntry): Promise<void> {
    const { rolloutId } = entry
    const marks = this.bases.marks(rolloutId)
    const summary = await this.#readable(entry, () =>
      scanRollout(readRolloutBytes(entry), { rolloutId, marks }),
    )
    if (summary !== null) this.bases.add(summary)
  }

  /** Judges the places that rollouts begin from, once all of them have been read. */
  lineages(): void {
    for (const { file, finding } of this.bases.findings()) this.tally.addLines(file, [finding])
  }

  async names(threads: ReadonlyMap<string, HomeThread>): Promise<void> {
    const names = await this.#home.names.names()
    for (const threadId of names.keys()) {
      if (!threads.has(threadId)) this.tally.add('INDEX_ENTRY_UNKNOWN', threadId)
    }
    if (this.#home.names.problem !== null) this.tally.add('INDEX_UNREADABLE', 'session_index.jsonl')
    const lines = this.#home.names.unreadableLines
    if (lines > 0) this.tally.add('INDEX_LINE_UNREADABLE', 'session_index.jsonl', lines)
  }

  sharedPaths(threads: ReadonlyMap<string, HomeThread>): void {
    const paths = new Map<string, number>()
    for (const { row } of threads.values()) {
      const path = rowPath(row)
      if (path !== null) count(paths, path)
    }
    for (const [path, rows] of paths) if (rows > 1) this.tally.add('ROW_PATH_SHARED', path)
  }

  inventory(): HomeInventory {
    const { modelProviders, sources, cliVersions, historyModes } = this.#census
    return {
      ...this.#counts,
      modelProviders: sorted(modelProviders),
      sources: sorted(sources),
      cliVersions: sorted(cliVersions),
      historyModes: sorted(historyModes),
      largestRollouts: this.#largest,
    }
  }

  #summary(entry: RolloutEntry, summary: RolloutSummary): void {
    this.bases.add(summary)
    this.#counts.items += summary.itemCount
    this.#counts.lines += summary.lineCount
    this.tally.addLines(entry.file, summary.findings)
  }

  #record(thread: HomeThread, current: RolloutEntry): Promise<ThreadRecord | null> {
    return this.#readable(current, () => this.#home.records.complete(thread))
  }

  async #readable<T>(entry: RolloutEntry, read: () => Promise<T>): Promise<T | null> {
    try {
      return await read()
    } catch (reason) {
      const text = reason instanceof Error ? reason.message : String(reason)
      this.tally.add('UNREADABLE_ROLLOUT', `${entry.file}: ${text}`)
      return null
    }
  }
}

function count(census: Map<string, number>, value: string): void {
  census.set(value, (census.get(value) ?? 0) + 1)
}

function sorted(census: ReadonlyMap<string, number>): Census {
  return [...census]
    .map(([value, number]) => ({ value, count: number }))
    .toSorted((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
}
