import { readFileSync, readdirSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'

const folder = new URL('./schemas/', import.meta.url)

test('every schema keeps to its meta-schema', () => {
  const ajv = new Ajv2020()
  const problems = readdirSync(folder).map((file) => {
    const schema = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as object
    return [file, ajv.validateSchema(schema), ajv.errors]
  })
  expect(problems.length).toBeGreaterThan(2)
  for (const [file, isValid, errors] of problems)
    expect([file, isValid, errors]).toEqual([file, true, null])
})
