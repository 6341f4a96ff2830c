// Adds up vitest's JSON reports in one folder. Exits with 1 when a test failed or none ran.
// Plain JavaScript without dependencies, so that it also counts when the install was what failed.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'

const [folder] = process.argv.slice(2)
let passed = 0
let failed = 0

for (const name of readdirSync(folder)) {
  const report = JSON.parse(readFileSync(join(folder, name), 'utf8'))
  passed += report.numPassedTests
  failed += report.numFailedTests + report.testResults.filter(brokeOutsideOfItsTests).length
}

console.log(`${passed} passed, ${failed} failed`)
process.exitCode = passed > 0 && failed === 0 ? 0 : 1

/** A file that could not be loaded, or whose hooks threw, has no failed test to be counted. */
function brokeOutsideOfItsTests(file) {
  return (
    file.status === 'failed' && file.assertionResults.every(({ status }) => status !== 'failed')
  )
}
