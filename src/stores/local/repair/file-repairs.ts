import {
  appendFileSync,
  chmodSync,
  createWriteStream,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createByteHasher } from '../../../history/digest.js'
import { rolloutsFrom } from '../dependents.js'
import { changeRecord, changingRecords } from '../change-record.js'
import { fileEndsTorn } from '../home/file-end.js'
import { stagedPath } from '../home/new-rollout.js'
import { readRolloutBytes } from '../home/rollout-bytes.js'
import { parseRolloutName } from '../home/rollout-name.js'
import type { RolloutEntry } from '../home/rollout-tree.js'
import type { OpenHome } from '../open-home.js'
import type { FoundPlace } from '../scan/finding-tally.js'
import { properFolder } from '../scan/folder-checks.js'
import { type Repair, stateFiles } from './repair.js'

const BOM = Buffer.of(0xef, 0xbb, 0xbf)

/** Repairs of the files that hold rollouts. */
export const fileRepairs: readonly Repair[] = [
  {
    code: 'DUPLICATE_ROLLOUT',
    does: 'took out a file whose bytes are in another file of the same rollout',
    touches: ownFile,
    run: onFile(removeEqual),
  },
  {
    code: 'MISPLACED_ROLLOUT',
    does: 'moved the rollout to the folder in which Codex looks for it',
    touches: (home, found) => [...ownFile(home, found), ...stateFiles(home)],
    run: onFile(moveToPlace),
  },
  {
    code: 'UNTERMINATED_LINE',
    does: 'ended the last line with a line feed',
    touches: ownFile,
    run: onFile(endLine),
  },
  {
    code: 'BOM',
    does: 'removed the byte order mark at the start',
    touches: ownFile,
    run: onFile(removeMark),
  },
]

function ownFile(home: OpenHome, { place }: FoundPlace): string[] {
  return [join(home.paths.home, place)]
}

type FileRepair = (home: OpenHome, entry: RolloutEntry, found: FoundPlace) => Promise<string | null>

/** Runs a repair on a file while nobody else writes its thread. */
function onFile(repair: FileRepair): Repair['run'] {
  return async (home, found) => {
    const threadId = parseRolloutName(basename(found.place))?.threadId ?? ''
    const entry = home.index
      .listing()
      .ofThread(threadId)
      .find(({ file }) => file === found.place)
    if (entry === undefined) return 'the file is gone'
    const lock = await home.locks.tryAcquire(entry.threadId)
    if (lock === null) return 'somebody is writing the thread'
    try {
      return await repair(home, entry, found)
    } finally {
      await lock.release()
    }
  }
}

async function removeEqual(home: OpenHome, entry: RolloutEntry): Promise<string | null> {
  const kept = (await home.stored(entry.threadId)).rollouts.find(
    ({ rolloutId }) => rolloutId === entry.rolloutId,
  )
  if (kept === undefined || kept.path === entry.path) return 'it is the file that counts'
  const same = (await digestOf(kept)) === (await digestOf(entry))
  if (!same) return `it differs from ${kept.file}: compare the two and move one away`
  rmSync(entry.path)
  return null
}

async function digestOf(entry: RolloutEntry): Promise<string> {
  const hasher = createByteHasher()
  for await (const chunk of readRolloutBytes(entry)) hasher.update(chunk)
  return hasher.sha256()
}

async function moveToPlace(home: OpenHome, entry: RolloutEntry): Promise<string | null> {
  const place = `${properFolder(entry)}/${basename(entry.file)}`
  const path = join(home.paths.home, place)
  if (existsSync(path)) return `there is another file at ${place}`
  mkdirSync(dirname(path), { recursive: true })
  renameSync(entry.path, path)
  if (home.state.connection() === null) return null
  await changingRecords(home, () =>
    changeRecord(home, entry.threadId, { change: (record) => record }),
  )
  return null
}

async function endLine(
  _home: OpenHome,
  { path, compressed }: RolloutEntry,
): Promise<string | null> {
  if (compressed) return COMPRESSED
  if (!fileEndsTorn(path)) return null
  const { atime, mtime } = statSync(path)
  appendFileSync(path, '\n')
  // Codex lists legacy threads by the time of the file.
  utimesSync(path, atime, mtime)
  return null
}

const COMPRESSED = 'it is compressed; whoever appends to it next ends that'

async function removeMark(
  home: OpenHome,
  entry: RolloutEntry,
  { line }: FoundPlace,
): Promise<string | null> {
  if (line !== 1) return 'it stands inside the rollout, where it may be data'
  if (entry.compressed) return 'the rollout is compressed; resume the thread once, then repair it'
  for await (const other of rolloutsFrom(home, new Set([entry.rolloutId]))) {
    return `${other.file} begins at a byte of it, which would be another one`
  }
  const stats = statSync(entry.path)
  const staged = stagedPath(entry.path)
  try {
    const rest = readRolloutBytes(entry, { from: BOM.length })
    await pipeline(Readable.from(rest), createWriteStream(staged, { mode: stats.mode }))
    chmodSync(staged, stats.mode)
    utimesSync(staged, stats.atime, stats.mtime)
    renameSync(staged, entry.path)
  } finally {
    rmSync(staged, { force: true })
  }
  return null
}
