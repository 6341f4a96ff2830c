import { mkdtempSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Report, run as runConformance, summaryText } from '../../conformance/index.js'
import { ReceiptBuilder, migrate, type ThreadOutcome, verify } from '../../migrate/index.js'
import { isoMillis, systemClock } from '../../src/host/clock.js'
import { systemIds } from '../../src/host/ids.js'
import type { HomeScan } from '../../src/stores/local/scan/scan-home.js'
import { ExitCode } from '../usage/exit-codes.js'
import { counted, formatBytes, formatDuration } from '../terminal/format.js'
import { type OpenedStore, openHome, openStore } from '../stores/open-store.js'
import { printLog, printResult, tableWidth } from '../terminal/output.js'
import { packageVersion } from '../package-version.js'
import { demoReport } from './demo-report.js'
import { type ShownThread, threadTable } from './thread-table.js'

/** Where the demonstration works and leaves its reports. */
interface Places {
  readonly home: string
  readonly folder: string
  readonly database: string
}

/** Scans a recorded home, migrates it, proves it, and tests the store that it is in. */
export async function demo(json: boolean): Promise<ExitCode> {
  const startedAt = systemClock.now()
  const places = choosePlaces()
  const say = json ? printLog : printResult
  printLog(`a home that Codex 0.131.0 wrote: ${places.home}`)
  const scan = await scanned(places)
  say(scanLine(scan))
  printLog('migrating it into a PostgreSQL that runs inside this process …')
  // Whoever has the database open keeps it running: it boots once.
  await using target = await openStore(places.database, 'write')
  const threads = await migrateAndVerify(places, target)
  if (!json) printResult(threadTable(threads, tableWidth()))
  printLog('testing the store it is in …')
  const conformance = await testStore(places)
  say(summaryText(conformance))
  const durationMs = systemClock.now() - startedAt
  if (json) {
    const report = demoReport({ ...places, scan, threads, conformance, durationMs })
    printResult(JSON.stringify(report, null, 2))
  } else {
    printResult(`reports: ${places.folder}`)
    printResult(`done in ${formatDuration(durationMs)}; with your own threads:`)
    printResult('  npx threadstore scan ~/.codex')
    printResult('  npx threadstore migrate ~/.codex postgres://USER@HOST/DATABASE')
  }
  const proven = threads.every(({ status, verdict }) => status === 'proven' && verdict === 'equal')
  const conforms = conformance.verdict === 'conformant' || conformance.verdict === 'unproved'
  return proven && conforms ? ExitCode.done : ExitCode.different
}

function choosePlaces(): Places {
  const root = dirname(createRequire(import.meta.url).resolve('threadstore/package.json'))
  const folder = mkdtempSync(join(tmpdir(), 'threadstore-demo-'))
  return {
    home: join(root, 'fixtures', 'homes', 'codex-0.131.0'),
    folder,
    database: `pglite:${join(folder, 'database')}`,
  }
}

async function scanned({ home }: Places): Promise<HomeScan> {
  await using opened = await openHome(home)
  return await opened.store.scan()
}

function scanLine({ inventory, findings }: HomeScan): string {
  const { threads, archivedThreads, rollouts, bytes } = inventory
  const found = counted(findings.length, 'kind') + ' of finding'
  return `${counted(threads, 'thread')} (${archivedThreads} archived) in ${counted(rollouts, 'rollout')}, ${formatBytes(bytes)}, ${found}`
}

async function migrateAndVerify(
  { home, folder }: Places,
  target: OpenedStore,
): Promise<ShownThread[]> {
  await using source = await openStore(home, 'read')
  const outcomes = new Map<string, ThreadOutcome>()
  const receipt = new ReceiptBuilder()
  const sides = { source: source.store, target: target.store }
  await migrate({
    ...sides,
    clock: systemClock,
    ids: systemIds,
    onEvent: (event) => {
      if (event.type !== 'finished') return
      outcomes.set(event.outcome.threadId, event.outcome)
      receipt.add(event.outcome, event.held)
    },
  })
  const shown: ShownThread[] = []
  const verdicts = new Map<string, string>()
  await verify({
    ...sides,
    readBack: true,
    onVerdict: ({ threadId, verdict }) => verdicts.set(threadId, verdict),
  })
  for (const [threadId, outcome] of outcomes) {
    const thread = await target.store.readThread({ threadId, includeArchived: true })
    shown.push({ thread, outcome, status: outcome.status, verdict: verdicts.get(threadId) ?? '' })
  }
  const document = receipt.finish({
    version: packageVersion(),
    source: source.label,
    target: target.label,
    createdAt: isoMillis(systemClock.now()),
  })
  save(folder, 'receipt.json', document)
  return shown.toSorted((a, b) => a.thread.createdAt.localeCompare(b.thread.createdAt))
}

async function testStore({ folder, database }: Places): Promise<Report> {
  const open = async ({ scope }: { readonly scope: string }) =>
    (await openStore(`${database}?namespace=${scope}`, 'write')).store
  const report = await runConformance(
    { name: 'the embedded database', open, reopen: open, openSecond: open },
    { set: 'smoke', seed: 1 },
  )
  save(folder, 'conformance.json', report)
  return report
}

function save(folder: string, name: string, document: unknown): void {
  writeFileSync(join(folder, name), `${JSON.stringify(document, null, 2)}\n`)
}
