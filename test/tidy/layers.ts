import { dirname, join } from 'node:path/posix'
import { type Finding, isTest, type SourceFile } from './source-file.js'

/** The layers of `src`, highest first. A layer sees the rows below its own, nothing beside it. */
const LADDER = [
  ['src/app-server'],
  ['src/manager'],
  ['src/live', 'src/stores/*'],
  ['src/store'],
  ['src/history'],
  ['src/protocol', 'src/host'],
] as const

/** What may be known about stores by code that must not know which store it has. */
const CONTRACT = ['src/store', 'src/history', 'src/protocol', 'src/host']

/** What stands above the ladder, and what each of it may import besides itself. */
const ABOVE_THE_LADDER: Readonly<Record<string, readonly string[]>> = {
  'src/index.ts': ['src/*', 'src/stores/*'],
  'conformance/mutants': [...CONTRACT, 'conformance', 'src/stores/memory'],
  conformance: [...CONTRACT, 'conformance/mutants'],
  migrate: CONTRACT,
  bin: ['src/*', 'src/stores/*', 'conformance', 'conformance/mutants', 'migrate'],
  'test/support': [],
  test: [
    'src/*',
    'src/stores/*',
    'conformance',
    'conformance/mutants',
    'migrate',
    'test/support',
    'bench',
  ],
  examples: [],
  bench: ['src/*', 'src/stores/*', 'conformance', 'migrate', 'test/support'],
}

/** Unit tests of code that works on any store need one, and the reference store is it. */
const UNIT_TESTS_MAY_ALSO_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'src/live': ['src/stores/memory'],
  'src/app-server': ['src/stores/memory'],
  conformance: ['src/stores/memory'],
  migrate: ['src/stores/memory'],
}

/** Fixtures and temporary folders: tests of every layer need them, what is shipped must not. */
const EVERY_TEST_MAY_IMPORT = ['test/support']

/** Every import that points up or sideways. */
export function checkLayers(file: SourceFile): Finding[] {
  const from = layerOf(file.path)
  if (from === undefined) {
    return [
      {
        file: file.path,
        line: 1,
        message: `a file outside of every layer is banned, use one of ${LADDER.flat().join(', ')}`,
      },
    ]
  }
  const visible = visibleFrom(from, isTest(file.path))
  return file.imports.flatMap(({ specifier, line }) => {
    if (!specifier.startsWith('.')) return []
    const target = join(dirname(file.path), specifier)
    const to = layerOf(target)
    // Only what is in a layer has one: package.json and fixtures, for instance, are not code.
    if (to === undefined && !target.startsWith('src/')) return []
    if (to !== undefined && (to === from || visible.some((layer) => matches(to, layer)))) return []
    const instead = visible.join(', ') || 'nothing but itself'
    const message = `importing ${to ?? target} from ${from} is banned, use ${instead}`
    return [{ file: file.path, line, message }]
  })
}

function visibleFrom(layer: string, inTest: boolean): readonly string[] {
  const row = LADDER.findIndex((names) => names.some((name) => matches(layer, name)))
  const below = row < 0 ? (ABOVE_THE_LADDER[layer] ?? []) : LADDER.slice(row + 1).flat()
  if (!inTest) return below
  return [...below, ...EVERY_TEST_MAY_IMPORT, ...(UNIT_TESTS_MAY_ALSO_IMPORT[layer] ?? [])]
}

/** The layer a path belongs to: a folder of `src`, a single store, or a top folder. */
function layerOf(path: string): string | undefined {
  const [top = '', folder = '', ...rest] = path.split('/')
  if (path.replace(/\.js$/, '.ts') === 'src/index.ts') return 'src/index.ts'
  if (top === 'src') {
    const layer = folder === 'stores' && rest.length > 1 ? `src/stores/${rest[0]}` : `src/${folder}`
    return LADDER.flat().some((name) => matches(layer, name)) ? layer : undefined
  }
  if (top === 'conformance' && folder === 'mutants') return 'conformance/mutants'
  if (top === 'test' && folder === 'support') return 'test/support'
  return top in ABOVE_THE_LADDER ? top : undefined
}

/** `*` stands for exactly one name. */
function matches(layer: string, pattern: string): boolean {
  if (!pattern.endsWith('/*')) return layer === pattern
  return dirname(layer) === dirname(pattern)
}
