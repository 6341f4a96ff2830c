import type { MutantResult } from '../judge.js'
import type { KillMatrix } from '../kill-matrix.js'
import { type TextStyle, plainStyle } from './text.js'

/** One line about a mutant. */
export function mutantLine(mutant: MutantResult, style: TextStyle = plainStyle): string {
  const { id, violates, outcome, breaks, killedBy, collateral } = mutant
  switch (outcome) {
    case 'killed':
      return `${style.green('✓')} ${violates}  ${id}: ${breaks} ${style.dim(`(killed by ${killedBy.join(', ')})`)}`
    case 'alive':
      return `${style.red('✗')} ${violates}  ${id}: ${breaks}, and no case of ${violates} fails`
    case 'collateral':
      return `${style.red('✗')} ${violates}  ${id}: ${breaks}, and ${collateral.join(', ')} fail as well`
    case 'invisible':
      return style.dim(`– ${violates}  ${id}: ${breaks} (invisible: not claimed, or excluded)`)
  }
}

/** One line for each requirement that a mutant was killed for: which ones. */
function guards(mutants: readonly MutantResult[], style: TextStyle): string[] {
  const killed = mutants.filter(({ outcome }) => outcome === 'killed')
  const rows = [...Map.groupBy(killed, ({ violates }) => violates)]
  return rows.map(([id, own]) => {
    const names = own.map((mutant) => mutant.id).join(', ')
    return `${style.green('✓')} ${id}  ${style.dim(names)}`
  })
}

/** The kill matrix for people: requirement by mutant, what is not killed, what it all comes to. */
export function matrixText(matrix: KillMatrix, style: TextStyle = plainStyle): string {
  const { mutants, subject, score, unguarded, toothless, durationMs, control } = matrix
  const count = (outcome: MutantResult['outcome']): number =>
    mutants.filter((one) => one.outcome === outcome).length
  const visible = mutants.length - count('invisible')
  const dress = score === 1 ? style.green : style.red
  const hidden = count('invisible')
  return [
    ...(control.problem === null ? [] : [style.red(control.problem)]),
    ...guards(mutants, style),
    ...mutants.filter(({ outcome }) => outcome !== 'killed').map((one) => mutantLine(one, style)),
    ...(unguarded.length > 0 ? [`no mutant guards ${unguarded.join(', ')}`] : []),
    ...(toothless.length > 0 ? [`no mutant is caught by ${toothless.join(', ')}`] : []),
    dress(
      style.bold(
        `${count('killed')} of ${visible} mutants of ${subject} killed (${(score * 100).toFixed(1)} %)`,
      ),
    ),
    ...(hidden > 0
      ? [`what ${subject} does not claim or excludes hides ${hidden} kinds of defect`]
      : []),
    `${control.counts.passed} cases passed without a defect; ${(durationMs / 1000).toFixed(1)} s, seed ${matrix.seed}`,
  ].join('\n')
}
