import { expect, test } from 'vitest'
import { lineEdits } from './line-edits.js'

const mapping = {
  cwd: [{ from: '/old', to: '/new/place' }],
  provider: [{ from: 'a', to: 'b' }],
}

async function mapped(line: string | Buffer): Promise<string> {
  const bytes = Buffer.from(line)
  const edits = await lineEdits(bytes, mapping, async ({ endByteOffset }) => endByteOffset + 7)
  let text = ''
  let at = 0
  for (const edit of edits) {
    text += bytes.toString('latin1', at, edit.start) + edit.bytes.toString('latin1')
    at = edit.end
  }
  return text + bytes.toString('latin1', at)
}

test('folders and providers are replaced in the lines Codex reads them from', async () => {
  expect(
    await mapped(
      '{"type": "session_meta","payload":{"cwd":"/old/p","model_provider":"a","note":"/old","runtime_workspace_roots":["/old","/x"]}}',
    ),
  ).toBe(
    '{"type": "session_meta","payload":{"cwd":"/new/place/p","model_provider":"b","note":"/old","runtime_workspace_roots":["/new/place","/x"]}}',
  )
  expect(await mapped('{"type":"turn_context","payload":{"cwd":"\\u002fold"}}')).toBe(
    '{"type":"turn_context","payload":{"cwd":"/new/place"}}',
  )
  const applied =
    '{"type":"event_msg","payload":{"type":"thread_settings_applied","thread_settings":{"cwd":"/old","model_provider_id":"a"}}}'
  expect(await mapped(applied)).toBe(
    applied.replace('"/old"', '"/new/place"').replace('"a"', '"b"'),
  )
})

test('the place a history begins from moves along', async () => {
  const line =
    '{"type":"session_meta","payload":{"history_base":{"thread_id":"t","end_ordinal_exclusive":3,"end_byte_offset":98}}}'
  expect(await mapped(line)).toBe(line.replace('98', '105'))
})

test.each([
  ['what somebody said', '{"type":"event_msg","payload":{"type":"user_message","cwd":"/old"}}'],
  ['a line that is torn', '{"type":"turn_context","payload":{"cwd":"/old"'],
  [
    'bytes that are not UTF-8',
    Buffer.concat([
      Buffer.from('{"type":"turn_context","payload":{"cwd":"/old","x":"'),
      Buffer.of(0xff),
      Buffer.from('"}}'),
    ]),
  ],
  ['another folder', '{"type":"turn_context","payload":{"cwd":"/olden"}}'],
])('%s stays as it is', async (_, line) => {
  expect(await mapped(line)).toBe(Buffer.from(line).toString('latin1'))
})

test('bytes that have more than one place are counted as bytes', async () => {
  const line = Buffer.from('{"type":"turn_context","payload":{"x":"é😀","cwd":"/old"}}')
  expect(await mapped(line)).toBe(
    Buffer.from('{"type":"turn_context","payload":{"x":"é😀","cwd":"/new/place"}}').toString(
      'latin1',
    ),
  )
})
