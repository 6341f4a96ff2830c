/** The oldest Node that can run us: 22.15 is the first with zstd built in. */
export const OLDEST_NODE = '22.15'

/** The line to show someone whose Node is too old, or `undefined` when it is new enough. */
export function nodeVersionProblem(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE.split('.').map(Number)
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined
  return (
    `threadstore needs Node ${OLDEST_NODE} or newer and this is ${version}; ` +
    'install a newer Node, or run: npx --package=node@24 --package=threadstore threadstore'
  )
}
