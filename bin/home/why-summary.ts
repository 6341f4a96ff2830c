import type {
  ExplainedBase,
  ExplainedRollout,
  ThreadExplanation,
} from '../../src/stores/local/why/explain-thread.js'
import type { MissedThread, NamedThread } from '../../src/stores/local/why/find-thread.js'
import { formatBytes } from '../terminal/format.js'
import { findingLines } from './scan-summary.js'

/** What people are told of a thread. */
export function explanationLines(thread: ThreadExplanation): string[] {
  const { rollouts, lineage, row, indexName, writer, reasons, findings, cwd } = thread
  const noFile = labelled('rollout', 'there is none in the home')
  return [
    labelled('thread', knownBy(thread)),
    ...(rollouts.length === 0 ? [noFile] : rollouts.map(rolloutLine)),
    ...lineage.map(baseLine),
    labelled('row', row === null ? 'there is none' : rowText(row)),
    labelled('index', indexName === null ? 'has no name for it' : JSON.stringify(indexName)),
    ...(cwd === null
      ? []
      : [labelled('folder', `${cwd}, where codex resume lists it; --all elsewhere`)]),
    ...(writer === null ? [] : [labelled('writer', `process ${writer.pid} is writing it`)]),
    reasons.length === 0
      ? 'nothing hides it from the lists of Codex'
      : 'why some lists of Codex leave it out',
    ...reasons.flatMap(findingLines),
    ...(findings.length === 0 ? [] : ['what else is not as it should be']),
    ...findings.flatMap(findingLines),
  ]
}

/** What people are told when there is no such thread, or more than one. */
export function missedLines(asked: string, { ambiguous, near, indexName }: MissedThread): string[] {
  return [
    ambiguous
      ? `${JSON.stringify(asked)} means more than one thread; ask by id`
      : `no thread of this home has the id or the name ${JSON.stringify(asked)}`,
    ...(indexName === null
      ? []
      : [
          `the index of names calls it ${JSON.stringify(indexName)}; its rollout and its row are gone`,
        ]),
    ...(near.length > 0 && !ambiguous ? ['near it'] : []),
    ...near.map((thread) => `  ${knownBy(thread)}`),
  ]
}

const LABEL_CHARS = 9
const PREVIEW_CHARS = 60

function labelled(label: string, text: string): string {
  return `${label.padEnd(LABEL_CHARS)} ${text}`
}

function knownBy({
  threadId,
  name,
  preview,
}: Pick<NamedThread, 'threadId' | 'name'> & { readonly preview: string | null }): string {
  const words = (name ?? preview ?? '').replace(/\s+/g, ' ').trim().slice(0, PREVIEW_CHARS)
  return words === '' ? threadId : `${threadId}  ${words}`
}

function rolloutLine({ file, bytes, current, compressed }: ExplainedRollout): string {
  const facts = [formatBytes(bytes), compressed && 'compressed', !current && 'reverted from']
  return labelled('rollout', `${file}  ${facts.filter(Boolean).join(', ')}`)
}

function baseLine({ position, file }: ExplainedBase): string {
  const { rolloutId, endOrdinalExclusive } = position
  const where = file ?? `rollout ${rolloutId}, which is missing`
  return labelled('begins in', `${where}, up to item ${endOrdinalExclusive}`)
}

function rowText({ rolloutPath, archived }: NonNullable<ThreadExplanation['row']>): string {
  return `says ${rolloutPath ?? 'no path'}${archived ? ', archived' : ''}`
}
