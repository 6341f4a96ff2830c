import { expect, test } from 'vitest'
import { completedItem } from './api-items.js'

test('keys of arguments and results are told as the tool spelled them', () => {
  const call = { server: 's', tool: 't', arguments: { file_path: 'a_b.ts' }, mcp_app: null }
  expect(completedItem({ type: 'McpToolCall', id: 'c', ...call })).toEqual({
    type: 'mcpToolCall',
    id: 'c',
    server: 's',
    tool: 't',
    arguments: { file_path: 'a_b.ts' },
    mcpApp: null,
  })
})

test('changed files are told by their paths', () => {
  const changes = { '/src/my_file.ts': { type: 'update', unified_diff: '@@', move_path: null } }
  expect(completedItem({ type: 'FileChange', id: 'f', changes, status: 'completed' })).toEqual({
    type: 'fileChange',
    id: 'f',
    changes: [{ path: '/src/my_file.ts', kind: { type: 'update', move_path: null }, diff: '@@' }],
    status: 'completed',
  })
})
