import type { HomeFinding } from '../../src/stores/local/scan/home-findings.js'
import type { HomeInventory } from '../../src/stores/local/scan/home-inventory.js'
import type { HomeScan } from '../../src/stores/local/scan/scan-home.js'
import { counted, formatBytes } from '../terminal/format.js'

/** What people are told of a home that was scanned. */
export function summaryLines({ inventory, findings }: HomeScan): string[] {
  return [
    ...inventoryLines(inventory),
    ...(findings.length === 0 ? ['nothing to complain about'] : ['findings']),
    ...findings.flatMap(findingLines),
  ]
}

function inventoryLines(inventory: HomeInventory): string[] {
  const { threads, archivedThreads, forks, revertedThreads, rollouts, compressedRollouts } =
    inventory
  const kinds = [
    [archivedThreads, 'archived'],
    [forks, 'forked'],
    [revertedThreads, 'reverted'],
  ] as const
  const words = kinds.filter(([count]) => count > 0).map(([count, kind]) => `${count} ${kind}`)
  const files = compressedRollouts > 0 ? `, ${compressedRollouts} compressed` : ''
  return [
    `${counted(threads, 'thread')}${words.length > 0 ? ` (${words.join(', ')})` : ''} in ${counted(rollouts, 'rollout')}${files}, ${formatBytes(inventory.bytes)}`,
    ...(['modelProviders', 'sources', 'cliVersions', 'historyModes'] as const).map((census) => {
      const values = inventory[census].map(({ value, count }) => `${value} ${count}`)
      return `  ${labels[census].padEnd(9)} ${values.join(' · ')}`
    }),
    ...inventory.largestRollouts
      .slice(0, 3)
      .map(({ file, bytes }) => `  largest   ${formatBytes(bytes).padStart(9)}  ${file}`),
  ]
}

const labels = {
  modelProviders: 'providers',
  sources: 'sources',
  cliVersions: 'versions',
  historyModes: 'modes',
} as const

/** What people are told of the findings of one code. */
export function findingLines({
  severity,
  code,
  count,
  measured,
  remedy,
  samples,
}: HomeFinding): string[] {
  const mark = { error: '!', warning: '~', info: '·' }[severity]
  const number = count.toLocaleString('en').padStart(6)
  return [
    `${mark}${number} ${code.padEnd(22)} ${measured}`,
    ...samples.slice(0, 2).map((sample) => `${' '.repeat(31)}${sample}`),
    ...(remedy === null ? [] : [`${' '.repeat(31)}→ ${remedy}`]),
  ]
}
