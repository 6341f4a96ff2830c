import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type MockResponses, startMockResponses } from '../../conformance/flows/mock-responses.js'
import type { JsonObject } from '../../src/protocol/json.js'
import { runCli } from '../cli-run.js'
import { codexVersions, configureHome, installCodex } from '../support/codex.js'
import { copyHome, listThreads } from '../support/homes.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { startCodex } from './start-codex.js'
import { runTurn } from './turns.js'

let model: MockResponses

beforeAll(async () => {
  model = await startMockResponses()
})
afterAll(() => model[Symbol.asyncDispose]())

function threadstore(...args: readonly string[]): string {
  const { status, stdout, stderr } = runCli(args)
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' })
  return stdout
}

/** The lines of a rollout that a mapping touches when everything of it belongs to one folder. */
function linesThatMayDiffer(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => /"(session_meta|turn_context|thread_settings_applied)"/.test(line))
}

describe.each(codexVersions)('a home of Codex %s in another place', (version) => {
  it('belongs to other folders and another provider, for Codex too', async () => {
    const home = await copyHome(version)
    const restored = join(temporaryFolder(), 'new', '.codex')
    const project = join(temporaryFolder(), 'moved', 'project')
    mkdirSync(project, { recursive: true })
    const mapping = ['--map-cwd', `/home/dev/project=${project}`, '--map-provider', 'mock=mapped']
    threadstore('migrate', home, restored, ...mapping)

    await configureHome(restored, model.baseUrl, 'mapped')
    const codex = await startCodex(await installCodex(version), restored)
    // Without another word a list shows the threads of the configured provider.
    const { data } = await codex.request('thread/list', { limit: 100, cwd: project })
    const listed = data as JsonObject[]
    // Those of the project that have something to show.
    expect(listed).toHaveLength(version === '0.131.0' ? 6 : 10)
    for (const { id: threadId } of listed) {
      const resumed = await codex.request('thread/resume', { threadId: threadId as string })
      expect(resumed).toMatchObject({ cwd: project, modelProvider: 'mapped' })
    }
    const [{ id: threadId } = { id: '' }] = listed
    await runTurn(codex, threadId as string, 'asked after the move')
    await codex.close()
  })

  it('has every other byte as it was', async () => {
    const home = await copyHome(version)
    const restored = join(temporaryFolder(), '.codex')
    threadstore('migrate', home, restored, '--map-cwd', '/home/dev=/srv/elsewhere')
    for (const { rolloutPath } of listThreads(home)) {
      const before = readFileSync(join(home, rolloutPath), 'utf8')
      const after = readFileSync(join(restored, rolloutPath), 'utf8')
      const touched = new Set(linesThatMayDiffer(before))
      const lines = after.split('\n')
      const kept = before.split('\n').filter((line, at) => !touched.has(line) || lines[at] === line)
      expect(lines).toEqual(expect.arrayContaining(kept))
      expect(lines).toHaveLength(before.split('\n').length)
      expect(after.length).toBeGreaterThan(before.length)
    }
  })
})
