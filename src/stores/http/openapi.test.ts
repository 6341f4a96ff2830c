import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, test } from 'vitest'
import { storeVerbs } from '../../store/thread-store.js'
import { openApiDocument } from './openapi.js'
import { otherRoutes, verbRoutes } from './routes.js'

const document = openApiDocument('1.2.3') as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { operationId: string }>>>>
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> }
}

test('the document is OpenAPI 3.1', async () => {
  const validator = new Validator()
  expect(await validator.validate(structuredClone(document))).toEqual({ valid: true })
  expect(validator.version).toBe('3.1')
})

test('the document has every route, each under a name of its own', () => {
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path))
  const names = operations.map(({ operationId }) => operationId)
  expect(names.toSorted()).toEqual([...storeVerbs, ...Object.keys(otherRoutes)].toSorted())
})

test('no two routes answer to the same request', () => {
  const routes = [...Object.values(verbRoutes), ...Object.values(otherRoutes)]
  const requests = routes.map(({ method, path }) => `${method} ${path.replace(/:\w+/g, ':')}`)
  expect(new Set(requests).size).toBe(routes.length)
})

test('every reference leads to a schema of the document', () => {
  const text = JSON.stringify(document)
  const names = [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name)
  expect(names.length).toBeGreaterThan(50)
  expect(names.filter((name) => !((name ?? '') in document.components.schemas))).toEqual([])
  expect(text).not.toContain('$defs')
})
