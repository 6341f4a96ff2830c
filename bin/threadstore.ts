#!/usr/bin/env node
// Must parse and run on Node 18: everything that needs a newer one is behind the dynamic import.
import { ExitCode } from './usage/exit-codes.js'
import { nodeVersionProblem } from './node-version.js'

const problem = nodeVersionProblem(process.versions.node)
if (problem === undefined) {
  const { main } = await import('./cli.js')
  await main(process.argv.slice(2))
} else {
  process.stderr.write(`${problem}\n`)
  process.exitCode = ExitCode.usage
}
