import { on } from 'node:events'
import { type Control, type Judge, judgeOf, mutants } from '../../conformance/index.js'
import type { FromJudge, ToJudge } from './judge-processes.js'
import { openSubject } from './open-subject.js'

/** Names the subject whose mutants are tried: an address may hold a password. */
const ADDRESS = 'THREADSTORE_SUBJECT'

// One of the processes of `prove`: tries one mutant after the other until nobody wants more.
const messages = on(process, 'message', { close: ['disconnect'] })
const stopping = new AbortController()
process.on('disconnect', () => stopping.abort())
process.on('message', (message) => {
  if ((message as ToJudge).kind === 'stop') stopping.abort()
})
// A terminal interrupts every process of a command; when to end is for the first one to say.
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => {})

try {
  await using opened = await openSubject(process.env[ADDRESS] ?? '')
  let begun: { readonly judge: Judge; readonly control: Control } | null = null
  for await (const [message] of messages as AsyncIterable<readonly [ToJudge]>) {
    if (message.kind === 'begin') {
      const options = { ...message.options, signal: stopping.signal }
      begun = { judge: judgeOf(opened.subject, options), control: message.control }
    }
    if (message.kind === 'try') {
      const mutant = mutants.find(({ id }) => id === message.mutantId)
      if (begun === null || mutant === undefined) throw new TypeError(`no ${message.mutantId}`)
      answer({ kind: 'result', result: await begun.judge(mutant, begun.control) })
    }
  }
} catch (error) {
  answer({ kind: 'problem', problem: error instanceof Error ? error.message : String(error) })
  process.disconnect()
}

function answer(message: FromJudge): void {
  if (process.connected) process.send?.(message)
}
