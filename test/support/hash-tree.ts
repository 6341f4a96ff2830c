import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'

/** Everything about a file, folder or link that a program which promised not to touch it could have changed. */
export type TreeEntry =
  | { kind: 'file'; sha256: string; size: number; mode: string; mtimeNs: string }
  | { kind: 'folder'; names: readonly string[]; mode: string; mtimeNs: string }
  | { kind: 'link'; target: string }
  | { kind: 'other' }

/**
 * A whole folder as one value, by relative path; `.` is the folder itself. Comparing two of them shows any change
 * between, even a file that was made and removed again: that moves the folder's own time.
 */
export async function hashTree(dir: string): Promise<Record<string, TreeEntry>> {
  const tree: Record<string, TreeEntry> = {}
  const visit = async (path: string): Promise<void> => {
    const entry = await readEntry(join(dir, path))
    tree[path] = entry
    if (entry.kind !== 'folder') return
    for (const name of entry.names) await visit(join(path, name))
  }
  await visit('.')
  return tree
}

async function readEntry(path: string): Promise<TreeEntry> {
  const stats = await lstat(path, { bigint: true })
  if (stats.isSymbolicLink()) return { kind: 'link', target: await readlink(path) }
  const mode = (stats.mode & 0o7777n).toString(8)
  const mtimeNs = stats.mtimeNs.toString()
  if (stats.isDirectory()) {
    return { kind: 'folder', names: (await readdir(path)).toSorted(), mode, mtimeNs }
  }
  if (!stats.isFile()) return { kind: 'other' }
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return { kind: 'file', sha256: hash.digest('hex'), size: Number(stats.size), mode, mtimeNs }
}
