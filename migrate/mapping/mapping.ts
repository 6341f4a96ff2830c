import { createHash } from 'node:crypto'
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/protocol/json.js'
import type { StoredThread } from '../../src/store/records.js'
import { canonicalJson } from '../../src/store/thread-filter.js'

/** One thing in the place of another. */
export interface Replacement {
  readonly from: string
  readonly to: string
}

/** What is called otherwise where threads are going. The first that fits counts. */
export interface Mapping {
  /** Folders: the folder itself and everything below it. */
  readonly cwd: readonly Replacement[]
  /** Names of model providers. */
  readonly provider: readonly Replacement[]
}

/** Reads `OLD=NEW`; `null` where there are not two sides. */
export function parseReplacement(text: string): Replacement | null {
  const at = text.indexOf('=')
  const [from, to] = [text.slice(0, at), text.slice(at + 1)]
  return at < 1 || to === '' ? null : { from, to }
}

/** Whether nothing is called otherwise. */
export function isIdentity({ cwd, provider }: Mapping): boolean {
  return cwd.length === 0 && provider.length === 0
}

/** A path where it lies now. */
export function mapPath(path: string, { cwd }: Pick<Mapping, 'cwd'>): string {
  for (const { from, to } of cwd) {
    const folder = withoutSlash(from)
    const rest = path.slice(folder.length)
    const isBelow = rest === '' || rest.startsWith('/') || rest.startsWith('\\') || folder === ''
    if (path.startsWith(folder) && isBelow) return `${withoutSlash(to)}${rest}` || to
  }
  return path
}

/** `/` itself begins every path. */
function withoutSlash(folder: string): string {
  return folder.replace(/[/\\]+$/, '')
}

/** A provider as it is called now. */
export function mapProvider(name: string, { provider }: Pick<Mapping, 'provider'>): string {
  return provider.find(({ from }) => from === name)?.to ?? name
}

/** A record as it is to be where the thread is going. */
export function mapRecord(record: StoredThread, mapping: Mapping): StoredThread {
  return {
    ...record,
    cwd: mapPath(record.cwd, mapping),
    modelProvider: mapProvider(record.modelProvider, mapping),
    extra: record.extra && mapProjectRoots(record.extra, mapping),
  }
}

const ROOTS = 'state.project_roots'

/** Where a thread belongs to a project, the project's folders go along. */
function mapProjectRoots(extra: JsonObject, mapping: Mapping): JsonObject {
  const { tables } = extra
  if (!isJsonObject(tables) || !Array.isArray(tables[ROOTS])) return extra
  const roots = (tables[ROOTS] as readonly JsonValue[]).map((row) =>
    isJsonObject(row) && typeof row['path'] === 'string'
      ? { ...row, path: mapPath(row['path'], mapping) }
      : row,
  )
  return { ...extra, tables: { ...tables, [ROOTS]: roots } }
}

/** A short name of a mapping: another one for another mapping. */
export function mappingDigest(mapping: Mapping): string {
  const text = canonicalJson(mapping)
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
