/** A link of a page to a file of the repository, or to a heading. */
interface Link {
  /** As it is written; empty for one inside the page. */
  readonly file: string
  /** Without its `#`; `null` for a link to a whole file. */
  readonly anchor: string | null
}

/** The links of a Markdown page that lead to no other site. */
export function linksOf(page: string): Link[] {
  const prose = page.replaceAll(/^```.*?^```$/gms, '').replaceAll(/`[^`\n]*`/g, '')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [file = '', anchor] = target.split('#')
      return { file, anchor: anchor ?? null }
    })
}

/** The anchors that GitHub gives the headings of a page. */
export function anchorsOf(page: string): Set<string> {
  const headings = page.replaceAll(/^```.*?^```$/gms, '').matchAll(/^#+ +(.+)$/gm)
  const anchors = new Set<string>()
  for (const [, heading = ''] of headings) {
    const plain = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
    const slug = plain.replaceAll(/[^\p{L}\p{N}_ -]/gu, '').replaceAll(' ', '-')
    anchors.add(firstFree(slug, anchors))
  }
  return anchors
}

/** The second heading of a name gets a number. */
function firstFree(slug: string, taken: ReadonlySet<string>): string {
  if (!taken.has(slug)) return slug
  let number = 1
  while (taken.has(`${slug}-${number}`)) number += 1
  return `${slug}-${number}`
}
