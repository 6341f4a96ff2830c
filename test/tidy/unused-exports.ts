import { EVERYTHING, type Finding, namesIn, type SourceFile } from './source-file.js'
import { nameOf, type Node, nodeAt, nodesAt } from './syntax-tree.js'
import { entryPoints, pathFrom, pathsInStrings } from './unused-files.js'

/**
 * Exported names that no other file imports. What an entry point exports is for people outside, and
 * a file that is loaded by its path is used as a whole.
 */
export function checkUnusedExports(files: readonly SourceFile[], manifest: string): Finding[] {
  const whole = new Set([...entryPoints(manifest), ...files.flatMap(pathsInStrings)])
  const used = new Set(
    files.flatMap((file) =>
      file.imports.flatMap(({ specifier, names }) =>
        names.map((name) => `${pathFrom(file, specifier)} ${name}`),
      ),
    ),
  )
  const isUsed = (path: string, name: string): boolean =>
    whole.has(path) || used.has(`${path} ${EVERYTHING}`) || used.has(`${path} ${name}`)
  return files.flatMap((file) =>
    exportsOf(file)
      .filter(({ name }) => !isUsed(file.path, name))
      .map(({ name, at }) => ({
        file: file.path,
        line: file.lineOf(at),
        message: `exporting ${name} is banned, use it in another file or keep it to this one`,
      })),
  )
}

function exportsOf({ program }: SourceFile): { readonly name: string; readonly at: Node }[] {
  return nodesAt(program, 'body')
    .filter(({ type }) => type === 'ExportNamedDeclaration')
    .flatMap((at) => {
      const declaration = nodeAt(at, 'declaration')
      const declared = declaration === undefined ? [] : declaredBy(declaration)
      return [...declared, ...namesIn(at, 'exported')].map((name) => ({ name, at }))
    })
}

/** A `const` may declare several names, everything else declares one. */
function declaredBy(declaration: Node): readonly string[] {
  return [declaration, ...nodesAt(declaration, 'declarations')]
    .map((each) => nameOf(nodeAt(each, 'id')))
    .filter((name) => name !== undefined)
}
