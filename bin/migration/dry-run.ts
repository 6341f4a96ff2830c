import {
  FindingTallies,
  inspectPlan,
  type InspectedThread,
  linesLostByCodex,
  type MigrationResult,
  type MigrationSides,
  type PlanDocument,
  sealPlan,
  type UnreadableThread,
} from '../../migrate/index.js'
import { isoMillis, systemClock } from '../../src/host/clock.js'
import { counted, formatBytes } from '../terminal/format.js'
import { tallyLine } from './migration-summary.js'
import type { OpenedStore } from '../stores/open-store.js'
import { packageVersion } from '../package-version.js'
import type { RunTools } from '../reports/reported-run.js'

/** What a dry run found out by reading everything that would be sent. */
export interface DryRun {
  readonly threads: readonly Omit<InspectedThread, 'findings'>[]
  readonly unreadable: readonly UnreadableThread[]
  readonly findings: FindingTallies
  /** What `codex migrate-rollouts --apply` would drop. */
  readonly lost: { readonly lines: number; readonly threads: number }
  readonly stopped: 'interrupted' | null
}

/** Reads every thread of a plan and shows how far it is. */
export async function dryRun(
  { plan, stopped: before }: MigrationResult,
  { source, target }: MigrationSides,
  jobs: number,
  { signal, progress }: RunTools<object>,
): Promise<DryRun> {
  const findings = new FindingTallies()
  const lost = { lines: 0, threads: 0 }
  progress.set({ todo: { threads: plan.threads.length, bytes: plan.byteCount } })
  const { stopped, ...read } = await inspectPlan(plan, {
    source,
    target,
    jobs,
    signal,
    onRead: (bytes) => progress.set({ bytes: progress.state.bytes + bytes }),
    onThread: (thread) => {
      findings.addThread(thread.findings)
      const lines = linesLostByCodex(thread.findings)
      lost.lines += lines
      lost.threads += Number(lines > 0)
      progress.set({ threads: progress.state.threads + 1, current: thread.threadId })
    },
  })
  return { ...read, findings, lost, stopped: before === null ? stopped : 'interrupted' }
}

/** The plan that a dry run found, to be carried out later. */
export function planOf(
  { threads }: DryRun,
  source: OpenedStore,
  target: OpenedStore,
): PlanDocument {
  const needed = threads.filter(({ state }) => state !== 'same')
  return sealPlan({
    version: packageVersion(),
    source: source.label,
    target: target.label,
    createdAt: isoMillis(systemClock.now()),
    threads: needed,
    bytesToSend: needed.reduce((sum, { bytesToSend }) => sum + bytesToSend, 0),
  })
}

/** The lines that a dry run ends with. */
export function dryRunLines(run: DryRun, result: MigrationResult, target: OpenedStore): string[] {
  const { threads, unreadable, findings, lost, stopped } = run
  const { totals, onlyInTarget } = result
  const states = new Map<string, number>()
  for (const { state, busy } of threads) {
    states.set(state, (states.get(state) ?? 0) + 1)
    if (busy) states.set('busy', (states.get('busy') ?? 0) + 1)
  }
  states.set('same', (states.get('same') ?? 0) + totals.already)
  const parts = [...states].filter(([, count]) => count > 0)
  const words = parts.map(([state, count]) => `${count.toLocaleString('en')} ${state}`)
  const bytes = threads.reduce((sum, { bytesToSend }) => sum + bytesToSend, 0)
  const all = threads.length + unreadable.length + totals.already
  const open = threads.some(({ state }) => state !== 'same' && state !== 'ahead')
  return [
    ...unreadable.map(({ threadId, reason }) => `unreadable ${threadId}  ${reason}`),
    ...findings.list().map(tallyLine),
    ...(lost.lines > 0
      ? [
          `codex migrate-rollouts --apply would lose ${counted(lost.lines, 'line')} of ${counted(lost.threads, 'thread')}; migrate first`,
        ]
      : []),
    `${counted(all, 'thread')}: ${words.join(', ') || 'none'}; ${formatBytes(bytes)} to send`,
    ...(onlyInTarget > 0 ? [`${counted(onlyInTarget, 'thread')} only in the target`] : []),
    ...(stopped === null ? [] : ['interrupted; not every thread was read']),
    open || stopped !== null
      ? `dry run: nothing was written to ${target.label}`
      : 'nothing is left to send',
  ]
}
