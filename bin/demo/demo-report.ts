import type { Report } from '../../conformance/index.js'
import type { HomeScan } from '../../src/stores/local/scan/scan-home.js'
import { packageVersion } from '../package-version.js'
import type { ShownThread } from './thread-table.js'

/** What the demonstration did and found. */
interface DemoResults {
  readonly home: string
  /** Where the reports and the database are. */
  readonly folder: string
  readonly scan: HomeScan
  readonly threads: readonly ShownThread[]
  readonly conformance: Report
  readonly durationMs: number
}

/** The results as the document that `demo-report.schema.json` describes. */
export function demoReport(results: DemoResults): object {
  const { home, folder, scan, threads, conformance, durationMs } = results
  const { inventory, findings } = scan
  return {
    schema: 'threadstore/demo-report/1',
    version: packageVersion(),
    home,
    folder,
    scan: {
      threads: inventory.threads,
      archivedThreads: inventory.archivedThreads,
      rollouts: inventory.rollouts,
      bytes: inventory.bytes,
      findings: findings.map(({ code, count }) => ({ code, count })),
    },
    threads: threads.map(({ outcome, status, verdict }) => ({
      threadId: outcome.threadId,
      status,
      verdict,
      rollouts: outcome.rollouts.map(({ rolloutId, byteCount, sha256 }) => ({
        rolloutId,
        byteCount,
        sha256,
      })),
    })),
    conformance: { verdict: conformance.verdict, counts: conformance.counts },
    durationMs,
  }
}
