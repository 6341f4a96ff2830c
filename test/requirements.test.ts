import { describe, expect, test } from 'vitest'
import { requirements, suite } from '../conformance/index.js'
import { durabilityTiers, errorReasons, writerScopes } from '../src/index.js'
import { readText } from './tidy/repository.js'

const contract = readText('docs/thread-store.md')

/** The promises of the document: `- **META-3** MUST sentence — source`. */
const stated = [...contract.matchAll(/^- \*\*([A-Z]+-\d+)\*\* (MUST|SHOULD) (.+) — (.+)$/gm)]

describe('docs/thread-store.md', () => {
  test('states the requirements the suite has as data, in the same words', () => {
    const written = stated.map(([, id, level, sentence, source]) => ({
      id,
      level,
      source,
      sentence,
    }))
    expect(written).toEqual(requirements)
  })

  test('has a heading for every error code, with its reasons', () => {
    for (const [code, reasons] of Object.entries(errorReasons)) {
      const [, rest = ''] = contract.split(`\n### ${code}\n`)
      const section = rest.split('\n#')[0] ?? ''
      expect([...section.matchAll(/`([a-z-]+)`/g)].map(([, reason]) => reason)).toEqual(reasons)
    }
  })

  test('has a heading for every capability', () => {
    const flags = ['search', 'turns', 'items', 'delete', 'rawHistory', 'lineage', 'paths']
    const scales = ['durability', 'writers', 'materialization', 'readYourWrites']
    for (const name of [...flags, ...scales]) expect(contract).toContain(`\n### ${name}\n`)
    for (const value of [...durabilityTiers, ...writerScopes])
      expect(contract).toContain(`\`${value}\``)
  })
})

describe('the suite', () => {
  test('gives every case an id of its own', () => {
    const ids = suite.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('cites requirements that exist', () => {
    const known = new Set<string>(requirements.map(({ id }) => id))
    const cited = suite.flatMap(({ requirements: ids }) => ids)
    expect(cited.filter((id) => !known.has(id))).toEqual([])
  })

  test('gives requirements ids that count up within their area', () => {
    const counts = new Map<string, number>()
    for (const { id } of requirements) {
      const [area = '', number] = id.split('-')
      counts.set(area, (counts.get(area) ?? 0) + 1)
      expect(`${area}-${counts.get(area)}`).toBe(`${area}-${number}`)
    }
  })
})
