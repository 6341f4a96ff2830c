import { mkdtempSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { run as runConformance, summaryText } from '../../conformance/index.js'
import { ReceiptBuilder, migrate, type ThreadOutcome, verify } from '../../migrate/index.js'
import { isoMillis, systemClock } from '../../src/host/clock.js'
import { systemIds } from '../../src/host/ids.js'
import { ExitCode } from '../exit-codes.js'
import { counted, formatBytes, formatDuration } from '../format.js'
import { type OpenedStore, openHome, openStore } from '../open-store.js'
import { printLog, printResult, tableWidth } from '../output.js'
import { packageVersion } from '../package-version.js'
import { type ShownThread, threadTable } from './thread-table.js'

/** Where the demonstration works and leaves its reports. */
interface Places {
  readonly home: string
  readonly folder: string
  readonly database: string
}

/** Scans a recorded home, migrates it, proves it, and tests the store that it is in. */
export async function demo(): Promise<ExitCode> {
  const startedAt = systemClock.now()
  const places = choosePlaces()
  printLog(`a home that Codex 0.131.0 wrote: ${places.home}`)
  await scan(places)
  printLog('migrating it into a PostgreSQL that runs inside this process …')
  // Whoever has the database open keeps it running: it boots once.
  await using target = await openStore(places.database, 'write')
  const threads = await migrateAndVerify(places, target)
  printResult(threadTable(threads, tableWidth()))
  printLog('testing the store it is in …')
  const conforms = await testStore(places)
  const proven = threads.every(({ status, verdict }) => status === 'proven' && verdict === 'equal')
  printResult(`reports: ${places.folder}`)
  printResult(`done in ${formatDuration(systemClock.now() - startedAt)}; with your own threads:`)
  printResult('  npx threadstore scan ~/.codex')
  printResult('  npx threadstore migrate ~/.codex postgres://USER@HOST/DATABASE')
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

async function scan({ home }: Places): Promise<void> {
  await using opened = await openHome(home)
  const { inventory, findings } = await opened.store.scan()
  const { threads, archivedThreads, rollouts, bytes } = inventory
  const found = counted(findings.length, 'kind') + ' of finding'
  printResult(
    `${counted(threads, 'thread')} (${archivedThreads} archived) in ${counted(rollouts, 'rollout')}, ${formatBytes(bytes)}, ${found}`,
  )
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

async function testStore({ folder, database }: Places): Promise<boolean> {
  const open = async ({ scope }: { readonly scope: string }) =>
    (await openStore(`${database}?namespace=${scope}`, 'write')).store
  const report = await runConformance(
    { name: 'the embedded database', open, reopen: open, openSecond: open },
    { set: 'smoke', seed: 1 },
  )
  save(folder, 'conformance.json', report)
  printResult(summaryText(report))
  return report.verdict === 'conformant' || report.verdict === 'unproved'
}

function save(folder: string, name: string, document: unknown): void {
  writeFileSync(join(folder, name), `${JSON.stringify(document, null, 2)}\n`)
}
