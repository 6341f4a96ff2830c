import { expect, test } from 'vitest'
import type { SessionSource } from '../protocol/metadata.js'
import { isInteractive } from './interactive-source.js'

test.each<[SessionSource, boolean]>([
  ['cli', true],
  ['vscode', true],
  ['exec', false],
  ['mcp', false],
  [{ custom: 'atlas' }, true],
  [{ custom: 'chatgpt' }, true],
  [{ custom: 'threadstore-migration' }, false],
  [{ subagent: 'review' }, false],
])('%j is interactive: %j', (source, interactive) => {
  expect(isInteractive(source)).toBe(interactive)
})
