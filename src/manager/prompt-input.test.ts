import { expect, test } from 'vitest'
import { promptInput } from './prompt-input.js'

const call = { type: 'function_call', name: 'f', arguments: '{}', call_id: 'a' }
const output = { type: 'function_call_output', call_id: 'a', output: 'done' }
const custom = { type: 'custom_tool_call', name: 'g', input: '', call_id: 'b' }

test('calls and their outputs stay as they are', () => {
  expect(promptInput([call, custom, output])).toEqual([
    call,
    custom,
    { type: 'custom_tool_call_output', call_id: 'b', output: 'aborted' },
    output,
  ])
})

test('outputs whose call is gone are left out', () => {
  const message = { type: 'message', role: 'user', content: [] }
  expect(promptInput([output, message])).toEqual([message])
})
