import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { AppServerClient } from '../../conformance/flows/app-server-client.js'
import { type MockResponses, startMockResponses } from '../../conformance/flows/mock-responses.js'
import { idOf, read, runTurn, said, talkedThread, turnsOf } from '../../conformance/flows/steps.js'
import type { FlowSubject } from '../../conformance/flows/subject.js'
import { codexVersions, installCodex } from '../support/codex.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { codexSubject } from './codex-subject.js'
import { ourSubject } from './our-subject.js'

/** Lets a server work on a home, which has it to itself for that long. */
async function inServer<T>(
  subject: FlowSubject,
  folder: string,
  model: MockResponses,
  work: (client: AppServerClient) => Promise<T>,
): Promise<T> {
  const place = { folder, modelUrl: model.baseUrl, unloadDelayMs: null }
  const server = await subject.start(place)
  const client = new AppServerClient(server.connect())
  try {
    await client.initialize('round trip')
    return await work(client)
  } finally {
    await client.close()
    await server.stop()
  }
}

/** Everything that was said in a thread once it is resumed, and what the model is shown of it. */
async function resumed(client: AppServerClient, threadId: string): Promise<string[]> {
  await client.request('thread/resume', { threadId })
  return said(turnsOf(await read(client, threadId)))
}

const talk = (...texts: readonly string[]): string[] =>
  texts.flatMap((text) => [`user ${text}`, `agent reply to: ${text}`])

it.each(codexVersions)(
  'a home of our app-server goes to Codex %s and back, and nothing is lost on the way',
  async (version) => {
    const home = join(temporaryFolder(), 'home')
    await mkdir(home)
    await using model = await startMockResponses()
    const [ours, codex] = [ourSubject(), codexSubject(version, await installCodex(version))]

    const { plain, rolledBack, compacted, fork } = await inServer(
      ours,
      home,
      model,
      async (client) => {
        const threads = {
          plain: await talkedThread(client, ['one', 'two ünïcödé 🙂 \u2028']),
          rolledBack: await talkedThread(client, ['kept', 'taken back']),
          compacted: await talkedThread(client, ['long', 'longer']),
        }
        const { plain: threadId } = threads
        await client.request('thread/name/set', { threadId, name: 'There and back' })
        await client.request('thread/rollback', { threadId: threads.rolledBack, numTurns: 1 })
        const from = client.messages.length
        await client.request('thread/compact/start', { threadId: threads.compacted })
        await client.notification('turn/completed', threads.compacted, from)
        const forked = idOf(await client.request('thread/fork', { threadId }))
        await runTurn(client, forked, 'in the fork')
        return { ...threads, fork: forked }
      },
    )
    const before: readonly (readonly [string, string[]])[] = [
      [plain, talk('one', 'two ünïcödé 🙂 \u2028')],
      [rolledBack, talk('kept')],
      [compacted, talk('long', 'longer')],
      [fork, talk('one', 'two ünïcödé 🙂 \u2028', 'in the fork')],
    ]

    await inServer(codex, home, model, async (client) => {
      for (const [threadId, texts] of before) {
        expect(await resumed(client, threadId)).toEqual(texts)
        await runTurn(client, threadId, 'by Codex')
      }
      expect((await read(client, plain, false))['name']).toBe('There and back')
      await client.request('thread/name/set', { threadId: plain, name: 'Named by Codex' })
    })

    await inServer(ours, home, model, async (client) => {
      for (const [threadId, texts] of before) {
        expect(await resumed(client, threadId)).toEqual([...texts, ...talk('by Codex')])
        await runTurn(client, threadId, 'RECALL')
      }
      expect((await read(client, plain, false))['name']).toBe('Named by Codex')
      // The model is shown what both wrote, and not what was taken back.
      const answer = said(turnsOf(await read(client, rolledBack))).at(-1)
      expect(answer).toBe('agent kept | reply to: kept | by Codex | reply to: by Codex')
    })
  },
  120_000,
)
