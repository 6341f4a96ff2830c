import { realpathSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { type Clock, systemClock } from '../../host/clock.js'
import { type IdSource, systemIds } from '../../host/ids.js'
import { type Logger, silentLogger } from '../../host/logger.js'
import type { ThreadId } from '../../protocol/thread-id.js'
import { checked } from '../../store/checked.js'
import { type ThreadStoreError, invalidRequest, threadNotFound } from '../../store/errors.js'
import type { ReadThreadParams } from '../../store/params.js'
import type { StoredThread } from '../../store/records.js'
import type { ThreadStore } from '../../store/thread-store.js'
import { OpenHome } from './open-home.js'
import { homeMarks, homePaths, insideHome, looksLikeHome } from './home/home-paths.js'
import { errorCode, unreadable } from './home/unreadable.js'
import { parseRolloutName } from './home/rollout-name.js'
import { LocalThreads, readOnlyHome } from './local-thread-store.js'
import { type HomeRepair, type RepairOptions, repairHome } from './repair/repair-home.js'
import type { FoundPlace } from './scan/finding-tally.js'
import { type HomeScan, type ScanOptions, scanHome } from './scan/scan-home.js'
import { type ThreadExplanation, explainThread } from './why/explain-thread.js'
import { type MissedThread, findThread } from './why/find-thread.js'

/** What a local store is opened with. */
export interface LocalStoreOptions {
  /** The Codex home, usually `~/.codex`. */
  readonly home: string
  /** Where Codex keeps its databases. @defaultValue what config.toml says, else the home */
  readonly sqliteHome?: string
  /** Nothing in the home changes, not even a time. @defaultValue false */
  readonly readOnly?: boolean
  readonly clock?: Clock
  readonly ids?: IdSource
  /** Told of what went wrong without harm. @defaultValue nobody */
  readonly logger?: Logger
}

/** A thread, by the path of one of its rollouts. */
export interface ReadThreadByRolloutPathParams extends Omit<ReadThreadParams, 'threadId'> {
  /** Absolute, or relative to the home. */
  readonly rolloutPath: string
}

/** The store of a Codex home, with what only a store of files can answer. */
export interface LocalThreadStore extends ThreadStore {
  /** For callers that know a path and no id, as Codex's own older interfaces do. */
  readThreadByRolloutPath(params: ReadThreadByRolloutPathParams): Promise<StoredThread>
  /** Where the rollout that the thread ends with lies; `null` when it is missing. */
  localRolloutPath(threadId: ThreadId): Promise<string | null>
  /** Reads the whole home: what is in it, and what is not as it should be. Changes nothing. */
  scan(options?: ScanOptions): Promise<HomeScan>
  /** Finds a thread by its id, the beginning of its id, or its name, and says all about it. */
  explain(asked: string): Promise<{ readonly thread: ThreadExplanation } | MissedThread>
  /** Puts right what a scan told `onPlace` of, after copies of all files that change. */
  repair(places: readonly FoundPlace[], options?: RepairOptions): Promise<HomeRepair>
}

/** Opens a Codex home as a store. */
export async function openLocalStore(options: LocalStoreOptions): Promise<LocalThreadStore> {
  const { clock = systemClock, ids = systemIds, readOnly = false } = options
  const { logger = silentLogger } = options
  const paths = homePaths(options.home, options.sqliteHome)
  if (readOnly && !looksLikeHome(paths)) throw noHome(paths.home)
  const home = new OpenHome(paths, { readOnly, clock, ids, logger })
  const store = checked(new LocalThreads(home))
  return {
    ...store,
    async readThreadByRolloutPath({ rolloutPath, ...read }) {
      return store.readThread({ ...read, threadId: threadOfPath(paths.home, rolloutPath) })
    },
    async localRolloutPath(threadId) {
      return (await home.records.current(await home.stored(threadId)))?.path ?? null
    },
    scan: (how) => scanHome(home, how),
    async explain(asked) {
      const found = await findThread(home, asked)
      return found.thread === null ? found : { thread: await explainThread(home, found.thread) }
    },
    async repair(places, how) {
      if (readOnly) throw readOnlyHome('repair')
      return repairHome(home, places, how)
    },
  }
}

function noHome(home: string): ThreadStoreError {
  return invalidRequest(
    'malformed-params',
    `${home} is no Codex home: it has none of ${homeMarks.join(', ')}`,
    { path: '/home' },
  )
}

/** The thread whose rollout lies at a path; the path has to be in the home, links resolved. */
function threadOfPath(home: string, rolloutPath: string): ThreadId {
  const path = realPath(isAbsolute(rolloutPath) ? rolloutPath : join(home, rolloutPath))
  const file = insideHome(home, path)
  if (file === null || !/^(?:archived_)?sessions\//.test(file)) {
    throw invalidRequest('path-outside-home', `${rolloutPath} is not a rollout of ${home}`, {
      path: '/rolloutPath',
    })
  }
  const name = parseRolloutName(file.split('/').at(-1) ?? '')
  if (name === null) throw threadNotFound(rolloutPath)
  return name.threadId
}

function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch (reason) {
    if (errorCode(reason) === 'ENOENT') throw threadNotFound(path)
    throw unreadable(path, reason)
  }
}
