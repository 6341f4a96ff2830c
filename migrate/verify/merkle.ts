import { createHash } from 'node:crypto'

/**
 * Root of a Merkle tree over texts, as RFC 6962 builds it: leaves and nodes are hashed with
 * different prefixes, so that none can pass for the other. Lower-case hex.
 */
export function merkleRoot(leaves: readonly string[]): string {
  let level = leaves.map((leaf) => sha256(Buffer.of(0), Buffer.from(leaf)))
  if (level.length === 0) return sha256().toString('hex')
  while (level.length > 1) level = parents(level)
  return level[0]?.toString('hex') ?? ''
}

/** A node without a sibling moves up as it is. */
function parents(level: readonly Buffer[]): Buffer[] {
  const above: Buffer[] = []
  for (let at = 0; at < level.length; at += 2) {
    const [left, right] = level.slice(at, at + 2)
    if (left !== undefined) {
      above.push(right === undefined ? left : sha256(Buffer.of(1), left, right))
    }
  }
  return above
}

function sha256(...parts: readonly Buffer[]): Buffer {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
