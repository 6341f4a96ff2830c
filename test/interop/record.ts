import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import Database from 'better-sqlite3'
import { startMockResponses } from '../../conformance/flows/mock-responses.js'
import { configureHome, installCodex } from '../support/codex.js'
import { startCodex } from './start-codex.js'
import { Scenario } from './scenario.js'

const run = promisify(execFile)

/** The place a recorded home claims to come from. */
const RECORDED_BASE = '/home/dev'

/** Instruction texts longer than this are replaced by filler of the same length. */
const INSTRUCTION_BYTES_MAX = 200

/** What is kept of a home. Logs, caches and settings are nobody's conversation. */
const KEPT = [
  'sessions',
  'archived_sessions',
  'session_index.jsonl',
  'state_5.sqlite',
  'goals_1.sqlite',
  'thread_history_1.sqlite',
]

/**
 * Drives a real Codex release through the scenario and leaves `homes/codex-VERSION` and
 * `transcripts/codex-VERSION.json` in `into`.
 */
export async function recordHome(version: string, into: string): Promise<void> {
  const binary = await installCodex(version)
  // Exactly as long as what it becomes, so that every offset in the files stays true.
  const base = await mkdtemp('/tmp/').then(shortened)
  const home = join(base, '.codex')
  try {
    const transcript = await play(binary, home, await gitProject(join(base, 'project')))
    const target = join(into, 'homes', `codex-${version}`)
    await copyHome(home, target, base)
    await mkdir(join(into, 'transcripts'), { recursive: true })
    const text = JSON.stringify(transcript, null, 1).replaceAll(base, RECORDED_BASE)
    await writeFile(join(into, 'transcripts', `codex-${version}.json`), `${text}\n`)
  } finally {
    await rm(base, { recursive: true, force: true })
  }
}

async function play(binary: string, home: string, cwd: string): Promise<readonly unknown[]> {
  await using model = await startMockResponses()
  await configureHome(home, model.baseUrl)
  const first = await startCodex(binary, home)
  const warm = new Scenario(first, cwd)
  const threads = await warm.warm()
  await first.close()
  const second = await startCodex(binary, home)
  const cold = new Scenario(second, cwd)
  await cold.cold(threads)
  await second.close()
  return [...warm.transcript, ...cold.transcript, { log: second.messages }]
}

/** `mkdtemp` adds six characters; four are wanted. */
async function shortened(folder: string): Promise<string> {
  const short = folder.slice(0, RECORDED_BASE.length)
  await rm(folder, { recursive: true })
  await mkdir(short)
  return short
}

async function gitProject(folder: string): Promise<string> {
  await mkdir(folder)
  const identity = ['-c', 'user.name=dev', '-c', 'user.email=dev@example.com']
  for (const args of [
    ['init', '-q', '-b', 'main'],
    ['remote', 'add', 'origin', 'https://example.com/r.git'],
    [...identity, 'commit', '-q', '--allow-empty', '-m', 'begin'],
  ]) {
    await run('git', args, { cwd: folder })
  }
  return folder
}

async function copyHome(home: string, target: string, base: string): Promise<void> {
  await rm(target, { recursive: true, force: true })
  await mkdir(target, { recursive: true })
  const present = await readdir(home)
  for (const name of KEPT.filter((kept) => present.includes(kept))) {
    if (name.endsWith('.sqlite')) copyDatabase(join(home, name), join(target, name), base)
    else
      await cp(join(home, name), join(target, name), { recursive: true, preserveTimestamps: true })
  }
  for (const file of await readdir(target, { recursive: true })) {
    if (!file.endsWith('.jsonl')) continue
    const path = join(target, file)
    const text = (await readFile(path, 'utf8')).replaceAll(base, RECORDED_BASE)
    await writeFile(path, withoutInstructions(text))
  }
}

/** One file without a WAL, with the recorded paths in it. */
function copyDatabase(from: string, to: string, base: string): void {
  const source = new Database(from)
  source.prepare('VACUUM INTO ?').run(to)
  source.close()
  const copy = new Database(to)
  copy.pragma('journal_mode = DELETE')
  const columns = copy
    .prepare<[], { table: string; column: string }>(
      `SELECT m.name AS "table", c.name AS "column" FROM sqlite_master m, pragma_table_info(m.name) c
       WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'`,
    )
    .all()
  for (const { table, column } of columns) {
    const value = `replace(CAST("${column}" AS TEXT), @base, @recorded)`
    copy
      .prepare(
        `UPDATE "${table}" SET "${column}" = iif(typeof("${column}") = 'blob', CAST(${value} AS BLOB), ${value})
         WHERE instr(CAST("${column}" AS TEXT), @base)`,
      )
      .run({ base, recorded: RECORDED_BASE })
  }
  // Pages that the updates freed still hold what was in them.
  copy.exec('VACUUM')
  copy.close()
}

/** Long instruction texts are not ours to publish; their length is part of every offset. */
function withoutInstructions(text: string): string {
  return text.replaceAll(/"(?:text|instructions)":"((?:[^"\\]|\\.)*)"/g, (whole, value: string) => {
    const length = Buffer.byteLength(value)
    return length <= INSTRUCTION_BYTES_MAX ? whole : whole.replace(value, () => '.'.repeat(length))
  })
}
