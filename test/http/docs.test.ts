import { expect, test } from 'vitest'
import { otherRoutes, verbRoutes } from '../../src/stores/http/routes.js'
import { readText } from '../tidy/repository.js'

test('docs/http.md lists every route with its scope', () => {
  const rows = readText('docs/http.md')
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter(([, route]) => route !== undefined && /^`\w+ \/v1/.test(route))
    .map(([, route, scope, what]) => [route, scope, what])
  const routes = [...Object.values(verbRoutes), ...Object.values(otherRoutes)]
  expect(rows).toEqual(
    routes.map(({ method, path, scope, summary }) => [`\`${method} ${path}\``, scope, summary]),
  )
})
