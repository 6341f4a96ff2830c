import type { MutantOutcome, MutantResult } from '../../judge.js'
import type { KillMatrix } from '../../kill-matrix.js'
import { seconds } from './header.js'
import { type Html, html } from '../../../src/protocol/html.js'
import { wideTable } from './wide-table.js'

const cell = 5

/** Requirement × mutant: what each defect broke. */
export function killMatrix(matrix: KillMatrix): Html {
  const { mutants, score, durationMs, unguarded, toothless } = matrix
  const visible = mutants.filter(({ outcome }) => outcome !== 'invisible')
  const killed = visible.filter(({ outcome }) => outcome === 'killed')
  const rest = mutants.filter(({ outcome }) => outcome !== 'killed')
  return html`<section>
    <h2>Kill matrix</h2>
    <p>
      <span class="verdict ${score === 1 ? 'whole' : 'leaky'}"
        >${killed.length} of ${visible.length} mutants killed</span
      >
    </p>
    <p class="soft">
      Each column is this store with one defect, each row a requirement.
      ${mutants.length - visible.length} kinds of defect cannot be seen in what it claims. Took
      ${seconds(durationMs)}.
    </p>
    ${drawing(visible)}
    <p class="key">
      ${key('killed', 'the requirement it violates, found broken')}${key('alive', 'the requirement it violates, not found broken')}${key('also', 'broken too, as it must be')}${key('collateral', 'broken too, though it should not be')}
    </p>
    ${unguarded.length === 0 ? null : html`<p class="alert">No mutant guards ${unguarded.join(', ')}.</p>`}
    ${toothless.length === 0 ? null : html`<p class="alert">No mutant is caught by ${toothless.join(', ')}.</p>`}
    ${
      rest.length === 0
        ? null
        : html`<h2>Not killed</h2>
            ${table(rest)}`
    }
    <details class="card">
      <summary>All ${mutants.length} mutants</summary>
      ${table(mutants)}
    </details>
  </section>`
}

function key(kind: string, text: string): Html {
  return html`<span
    ><svg width="11" height="11"><rect class="${kind}" width="11" height="11" rx="2" /></svg>
    ${text}</span
  >`
}

function drawing(mutants: readonly MutantResult[]): Html {
  const rows = [...new Set(mutants.flatMap(({ violates, broke }) => [violates, ...broke]))]
  const areas = Map.groupBy(rows, (id) => id.split('-', 1)[0] ?? id)
  const ordered = [...areas.values()].flat()
  const rowOf = new Map(ordered.map((id, index) => [id, index]))
  const columns = mutants.toSorted(
    (a, b) => (rowOf.get(a.violates) ?? 0) - (rowOf.get(b.violates) ?? 0),
  )
  const paths = new Map<string, string[]>()
  for (const [column, mutant] of columns.entries()) {
    for (const id of new Set([mutant.violates, ...mutant.broke])) {
      const kind = kindOf(mutant, id)
      const square = `M${column * cell} ${(rowOf.get(id) ?? 0) * cell}h4v4h-4z`
      paths.set(kind, [...(paths.get(kind) ?? []), square])
    }
  }
  const width = columns.length * cell
  const height = ordered.length * cell
  const drawn = [...paths].map(
    ([kind, squares]) => html`<path class="${kind}" d="${squares.join('')}" />`,
  )
  const hovers = columns.map(
    ({ id, breaks, violates }, column) =>
      html`<rect class="column" x="${column * cell}" width="${cell}" height="${height}"
        ><title>${violates} ${id}: ${breaks}</title></rect
      >`,
  )
  const left = 54
  return html`<div class="wide">
    <svg
      width="${width + left}"
      height="${height}"
      viewBox="${-left} 0 ${width + left} ${height}"
      role="img"
      aria-label="requirements by mutants"
    >
      ${bands(areas, width, left)}${drawn}${hovers}
    </svg>
  </div>`
}

function bands(areas: ReadonlyMap<string, readonly string[]>, width: number, left: number): Html[] {
  let y = 0
  return [...areas].map(([area, ids], index) => {
    const height = ids.length * cell
    y += height
    const top = y - height
    const band =
      index % 2 === 0
        ? html`<rect
            class="band"
            x="${-left}"
            y="${top}"
            width="${width + left}"
            height="${height}"
          />`
        : null
    const label =
      height < 12
        ? null
        : html`<text class="label" x="${6 - left}" y="${top + height / 2 + 4}">${area}</text>`
    return html`${band}${label}`
  })
}

function kindOf({ violates, collateral, broke }: MutantResult, id: string): string {
  if (id === violates) return broke.includes(violates) ? 'killed' : 'alive'
  return collateral.some((one) => one === id) ? 'collateral' : 'also'
}

const classes: Readonly<Record<MutantOutcome, string>> = {
  killed: 'passed',
  alive: 'failed',
  collateral: 'excluded',
  invisible: 'not-applicable',
}

function table(mutants: readonly MutantResult[]): Html {
  const rows = mutants.map(({ id, violates, breaks, outcome, killedBy, collateral, seenIn }) => {
    const by = killedBy.slice(0, 3).join(', ') + (killedBy.length > 3 ? ', …' : '')
    const also = collateral.length === 0 ? '' : `breaks ${collateral.join(', ')} as well`
    return html`<tr>
      <td class="id">${violates}</td>
      <td class="${classes[outcome]}">${outcome}</td>
      <td>
        ${breaks}<br /><code class="soft">${id}</code
        >${seenIn === null ? null : html` <span class="soft">seen in ${seenIn}</span>`}
      </td>
      <td class="soft">${also || by}</td>
    </tr>`
  })
  return wideTable(rows)
}
