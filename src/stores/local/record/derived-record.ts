import {
  type DerivedMetadata,
  type MetadataDeriver,
  createMetadataDeriver,
} from '../../../history/derive-metadata.js'
import { parseRolloutLine } from '../../../history/rollout-line.js'
import type { SessionMeta } from '../../../history/session-meta.js'
import { splitLines } from '../../../history/split-lines.js'
import type { RolloutItem } from '../../../protocol/rollout-item.js'
import type { ThreadId } from '../../../protocol/thread-id.js'
import { knownGitInfo } from '../../../store/metadata-patch.js'
import type { ThreadRecord } from '../../../store/records.js'
import type { HomeIndex, HomeThread } from '../home-index.js'
import { stampOf } from '../home/file-stamp.js'
import { KnownFiles } from '../home/known-files.js'
import { type ByteRange, ifReadable, readRolloutBytes } from '../home/rollout-bytes.js'
import { type RolloutHeads, firstSessionMeta } from '../home/rollout-head.js'
import type { RolloutEntry } from '../home/rollout-tree.js'

/** Where the rollouts are that a record is derived from. */
interface DerivedSources {
  readonly index: HomeIndex
  readonly heads: RolloutHeads
}

/**
 * Bytes that are read at either end of a rollout. A rollout of up to twice as much is read whole;
 * of a longer one, what its middle says of its metadata is not seen.
 */
const DERIVED_BYTES: number = 2 * 1024 * 1024

/** Rollouts of a lineage that are asked for the thread's first message. */
const LINEAGE_MAX = 100

/** Records of threads that have no row: what their rollouts say. */
export class DerivedRecords {
  readonly #sources: DerivedSources
  readonly #known = new KnownFiles<ThreadRecord>()

  constructor(sources: DerivedSources) {
    this.#sources = sources
  }

  /** The record of a thread; read again only when the rollout has changed. */
  record(thread: HomeThread, current: RolloutEntry, fileTime: string): Promise<ThreadRecord> {
    const derive = (): Promise<ThreadRecord> => this.#derive(thread, current, fileTime)
    return this.#known.find(current.file, stampOf(current.path), derive, thread.indexName)
  }

  async #derive(
    { threadId, indexName }: HomeThread,
    current: RolloutEntry,
    fileTime: string,
  ): Promise<ThreadRecord> {
    const meta = await ifReadable(() => firstSessionMeta(current), null)
    const fields = await this.#observe(threadId, current, meta)
    return {
      ...fieldsOfMeta(meta),
      threadId,
      rolloutPath: current.path,
      preview: fields.preview ?? '',
      name: indexName === undefined || indexName.trim() === '' ? null : indexName,
      title: fields.title ?? null,
      model: fields.model ?? null,
      reasoningEffort: fields.reasoningEffort ?? null,
      createdAt: meta?.createdAt ?? fileTime,
      updatedAt: fileTime,
      archivedAt: current.archived ? fileTime : null,
      cwd: meta?.cwd || fields.cwd || '',
      gitInfo: fields.gitInfo ? knownGitInfo(fields.gitInfo) : null,
      approvalMode: fields.approvalMode ?? null,
      permissionProfile: fields.permissionProfile ?? null,
      tokenUsage: fields.tokenUsage ?? null,
      firstUserMessage: fields.firstUserMessage ?? null,
      memoryMode: fields.memoryMode ?? 'enabled',
      extraConfig: null,
      extra: null,
    }
  }

  /** What the thread's own rollout says, its first message looked for through its bases. */
  async #observe(
    threadId: ThreadId,
    current: RolloutEntry,
    meta: SessionMeta | null,
  ): Promise<DerivedMetadata> {
    const observed = new Observed(threadId)
    // What was observed before it became unreadable stays observed.
    await ifReadable(() => observeEnds(current, observed), undefined)
    let { fields } = observed
    let base = meta?.historyBase ?? null
    for (let depth = 0; base !== null && depth < LINEAGE_MAX; depth += 1) {
      const entry = this.#sources.index.rollout(base.rolloutId)
      if (entry === null) break
      const before = new Observed(threadId)
      const range = { to: Math.min(DERIVED_BYTES, base.endByteOffset) }
      await ifReadable(() => observeRange(entry, before, range), undefined)
      fields = { ...fields, ...firstWords(before.fields, entry.threadId === threadId) }
      base = (await this.#sources.heads.tryHead(entry))?.historyBase ?? null
    }
    return fields
  }
}

/** What was said first was said in a base; but a fork has first words of its own. */
function firstWords(
  { preview, title, firstUserMessage }: DerivedMetadata,
  own: boolean,
): DerivedMetadata {
  return {
    ...(preview === undefined ? {} : { preview }),
    ...(title === undefined || !own ? {} : { title }),
    ...(firstUserMessage === undefined || !own ? {} : { firstUserMessage }),
  }
}

/** What has been derived so far. */
class Observed {
  fields: DerivedMetadata = {}
  readonly #deriver: MetadataDeriver

  constructor(threadId: ThreadId) {
    this.#deriver = createMetadataDeriver(threadId)
  }

  add(item: RolloutItem): void {
    this.fields = { ...this.fields, ...this.#deriver.push([item]) }
  }
}

function fieldsOfMeta(meta: SessionMeta | null) {
  return {
    forkedFromId: meta?.forkedFromId ?? null,
    parentThreadId: meta?.parentThreadId ?? null,
    modelProvider: meta?.modelProvider ?? '',
    cliVersion: meta?.cliVersion ?? '',
    source: meta?.source ?? 'unknown',
    threadSource: meta?.threadSource ?? null,
    agentNickname: meta?.agentNickname ?? null,
    agentRole: meta?.agentRole ?? null,
    agentPath: meta?.agentPath ?? null,
    historyMode: meta?.historyMode ?? 'legacy',
  }
}

async function observeEnds(entry: RolloutEntry, observed: Observed): Promise<void> {
  const size = entry.compressed ? 0 : Number(stampOf(entry.path)?.size ?? 0n)
  if (size <= 2 * DERIVED_BYTES) return await observeRange(entry, observed, {})
  await observeRange(entry, observed, { to: DERIVED_BYTES })
  await observeRange(entry, observed, { from: size - DERIVED_BYTES })
}

/** Observes the items in a range; a line that the range cuts is no item and is passed over. */
async function observeRange(
  entry: RolloutEntry,
  observed: Observed,
  range: ByteRange,
): Promise<void> {
  const lines = splitLines(readRolloutBytes(entry, range), { lineBytesMax: DERIVED_BYTES })
  for await (const { bytes } of lines) {
    const parsed = bytes === null ? null : parseRolloutLine(bytes)
    if (parsed !== null && 'item' in parsed) observed.add(parsed.item)
  }
}
