import { expect, test } from 'vitest'
import { withoutPaths } from './without-paths.js'

test.each([
  ['{"source":"/home/ann lee/.codex","x":1}', /^\{"source":"path-[0-9a-f]{12}","x":1\}$/],
  ['{"target":"pglite:/srv/db"}', /^\{"target":"path-[0-9a-f]{12}"\}$/],
  ['{"cwd":"C:\\\\Users\\\\ann"}', /^\{"cwd":"path-[0-9a-f]{12}"\}$/],
  ["EACCES: permission denied, open '/home/ann/x.jsonl'", /open 'path-[0-9a-f]{12}'$/],
  ['report: /tmp/a/b.html', /^report: path-[0-9a-f]{12}$/],
])('%s says no path', (text, cleaned) => {
  expect(withoutPaths(text)).toMatch(cleaned)
})

test.each([
  '{"target":"postgres://u:***@host:5432/db?namespace=a"}',
  '3 of 9 threads, 1.5 MiB/s',
  'sessions/2026/11/22/rollout-x.jsonl',
])('%s stays', (text) => {
  expect(withoutPaths(text)).toBe(text)
})

test('equal paths have equal hashes', () => {
  const [first, second, other] = withoutPaths('"/a/b" "/a/b" "/a/c"').split(' ')
  expect(first).toBe(second)
  expect(first).not.toBe(other)
})
