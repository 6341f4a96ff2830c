import { createInterface } from 'node:readline'
import { openLocalStore } from 'threadstore/local'
import type { CodexThread } from 'threadstore/manager'
import { lastUserText, scriptedModelClient, ThreadManager } from 'threadstore/manager'
import { openPgliteStore } from 'threadstore/pglite'

// An agent host: `node examples/agent-host.ts <home | pglite:DIR> [thread]`, then say something, or
// /fork, /rollback N, /turns. Asked to wait, the model never finishes: kill -9 the host and resume.
const [url = '', threadId] = process.argv.slice(2)
const dir = url.startsWith('pglite:') ? url.slice('pglite:'.length) : null
const store = dir === null ? await openLocalStore({ home: url }) : await openPgliteStore({ dir })
const model = scriptedModelClient((request) => {
  const said = lastUserText(request)
  return { text: `you said: ${said}`, hang: said.startsWith('wait') }
})
const manager = new ThreadManager({ store, model, config: { model: 'scripted' } })

async function show(shown: CodexThread) {
  for await (const { msg } of shown.events()) {
    if (msg.type === 'session_configured') console.log(`thread ${shown.threadId}`)
    if (msg.type === 'agent_message') console.log(msg['message'])
  }
}
let thread = threadId ? await manager.resumeThread(threadId) : await manager.startThread()
void show(thread)
for await (const line of createInterface({ input: process.stdin })) {
  const [command, argument] = line.split(' ')
  if (command === '/fork') void show((thread = await manager.forkThread(thread.threadId)))
  else if (command === '/rollback') await thread.rollback(Number(argument))
  else if (command === '/turns') {
    const of = { threadId: thread.threadId, pageSize: 100, sortDirection: 'asc' } as const
    for (const { status, items } of (await store.listTurns(of)).turns) {
      const said = items.map(({ payload }) => (payload as { message: string }).message)
      console.log(`${status}: ${said.join(' -> ')}`)
    }
    console.log('that is all')
  } else await thread.run(line)
}
await manager.shutdownAllThreadsBounded(5_000)
await store.close()
