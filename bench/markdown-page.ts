import type { MachineFacts } from './machine-facts.js'
import type { MeasuredRow } from './row.js'

const INTRODUCTION = `# Benchmarks

The last run of \`npm run bench\`, as it was printed. Every figure is measured beside another one in the
same run on the same machine, so that the ratio means something where the seconds do not.
\`npm run bench -- --page docs/benchmarks.md\` writes this page anew; \`--with-codex\` adds the rows beside a
real Codex, which is installed for it. \`bench/rows\` says how each figure is made.
`

/** \`docs/benchmarks.md\`: what was measured, where, and what was counted on the way. */
export function markdownPage(rows: readonly MeasuredRow[], machine: MachineFacts): string {
  const facts = Object.entries(machine).map(([name, value]) => `${name} ${value}`)
  const table = [
    ['work', 'measured', 'beside', 'ratio', 'goal', 'goal is'],
    ['---', '---', '---', '---', '---', '---'],
    ...rows.map(({ work, figure, beside, ratio, goal, reached }) => [
      work,
      figure,
      beside,
      ratio.toFixed(3),
      goal,
      reached ? 'reached' : 'missed',
    ]),
  ]
  const details = rows.map(({ id, details: counted }) => {
    const lines = Object.entries(counted).map(([name, value]) => `- ${name}: ${value}`)
    return `### ${id}\n\n${lines.join('\n')}\n`
  })
  const lines = table.map((cells) => `| ${cells.join(' | ')} |`)
  const machineLine = `Machine: ${facts.join(', ')}.\n`
  return [INTRODUCTION, machineLine, lines.join('\n'), '\n## What was counted\n', ...details].join(
    '\n',
  )
}
