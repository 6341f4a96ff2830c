import { requirementOf } from '../requirements.js'
import type { CaseResult, Outcome, Report } from './report.js'

type Dress = (text: string) => string

/** How the text is dressed; plain when nothing is given. */
export interface TextStyle {
  readonly bold: Dress
  readonly dim: Dress
  readonly red: Dress
  readonly green: Dress
  readonly yellow: Dress
}

const same = (text: string): string => text

export const plainStyle: TextStyle = { bold: same, dim: same, red: same, green: same, yellow: same }

const marks: Readonly<Record<Outcome, string>> = {
  passed: '✓',
  failed: '✗',
  'not-applicable': '–',
  excluded: '~',
  unproved: '?',
}

/** One line about a case. */
export function caseLine(result: CaseResult, style: TextStyle = plainStyle): string {
  const mark = colour(result.outcome, style)(marks[result.outcome])
  const reason = result.reason === null ? '' : style.dim(` (${result.outcome}: ${result.reason})`)
  const slow = result.durationMs >= 1_000 ? style.dim(` ${Math.round(result.durationMs)} ms`) : ''
  return `${mark} ${result.id}  ${result.title}${reason}${slow}`
}

/** Everything there is to say about a case that did not pass. */
export function failureText(result: CaseResult, style: TextStyle = plainStyle): string {
  const { failure } = result
  if (failure === null) return `${result.id}: ${result.outcome}: ${result.reason}`
  const lines = [
    `${style.red('✗')} ${style.bold(failure.requirements.join(', '))}  ${result.id}: ${result.title}`,
    ...failure.requirements.flatMap((id) => requirementLine(id, style)),
    '',
    ...indent(failure.message),
    ...differenceLines(result, style),
  ]
  if (failure.looksLike.length > 0) {
    lines.push('', `  same signature as ${failure.looksLike.join(', ')}`)
  }
  lines.push('', ...indent(failure.program), '')
  lines.push(`  replay: threadstore replay ${failure.replay} <subject>`)
  lines.push(style.dim(`  signature for a baseline: ${failure.signature}`))
  return lines.join('\n')
}

function requirementLine(id: string, style: TextStyle): string[] {
  const requirement = requirementOf(id)
  if (requirement === undefined) return []
  const { level, sentence, source } = requirement
  return [`  ${id} ${level}: ${sentence}`, style.dim(`  ${source}`)]
}

function differenceLines({ failure }: CaseResult, style: TextStyle): string[] {
  return indent(failure?.diff ?? '').map((line) => {
    const mark = line.trimStart()[0]
    return mark === '-' ? style.red(line) : mark === '+' ? style.green(line) : line
  })
}

function indent(text: string): string[] {
  return text === '' ? [] : text.split('\n').map((line) => `    ${line}`)
}

const failuresInFull = 10

/**
 * The last words of a run: failures, in full where they are the first of a requirement, and what
 * it all comes to.
 */
export function summaryText(report: Report, style: TextStyle = plainStyle): string {
  const { cases, staleBaseline, problem } = report
  const failures = cases.filter(({ outcome }) => outcome === 'failed')
  const unproved = cases.filter(({ outcome }) => outcome === 'unproved')
  const full = firstOfEachRequirement(failures).slice(0, failuresInFull)
  const rest = failures.filter((result) => !full.includes(result))
  return [
    ...full.flatMap((result) => [failureText(result, style), '']),
    ...(rest.length > 0 && full.length > 0 ? [style.bold(`${rest.length} more:`)] : []),
    ...rest.map((result) => moreLine(result, style)),
    ...unproved.map((result) => caseLine(result, style)),
    ...cases.flatMap(figuresLine),
    ...staleBaseline.map((entry) => style.red(`stale baseline entry ${entry}`)),
    ...(problem === null ? [] : [style.red(problem)]),
    verdictLine(report, style),
  ].join('\n')
}

/** What a case has counted, in words: `killsInsideCalls` is told as "kills inside calls". */
function figuresLine({ id, figures }: CaseResult): string[] {
  if (figures === null) return []
  const counted = Object.entries(figures).map(([name, count]) => {
    return `${count} ${name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)}`
  })
  return [`${id}: ${counted.join(', ')}`]
}

/** The suite runs what others rest on first, so the first failures are the ones to look at. */
function firstOfEachRequirement(failures: readonly CaseResult[]): CaseResult[] {
  const seen = new Set<string>()
  return failures.filter(({ failure }) => {
    const fresh = failure?.requirements.filter((id) => !seen.has(id)) ?? []
    for (const id of fresh) seen.add(id)
    return fresh.length > 0
  })
}

function moreLine({ id, title, failure }: CaseResult, style: TextStyle): string {
  const broken = failure?.requirements.join(', ') ?? ''
  return `${style.red('✗')} ${broken}  ${id}: ${title} ${style.dim(`(${failure?.replay})`)}`
}

function verdictLine(report: Report, style: TextStyle): string {
  const { counts, requirements, verdict, subject, durationMs, options } = report
  const kept = requirements.filter(({ outcome }) => outcome === 'passed').length
  const claimed = requirements.filter(({ outcome }) => outcome !== 'not-applicable').length
  const parts = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([outcome, count]) => `${count} ${outcome}`)
  const dress = verdict === 'conformant' ? style.green : style.red
  const seconds = (durationMs / 1000).toFixed(1)
  return [
    `${dress(style.bold(verdict))}: ${subject.name} keeps ${kept} of ${claimed} requirements`,
    `${parts.join(', ') || 'nothing executed'} in ${seconds} s (set ${options.set}, seed ${options.seed})`,
  ].join('\n')
}

function colour(outcome: Outcome, style: TextStyle): Dress {
  if (outcome === 'passed') return style.green
  return outcome === 'not-applicable' ? style.dim : outcome === 'failed' ? style.red : style.yellow
}
