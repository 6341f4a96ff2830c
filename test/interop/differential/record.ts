import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { AppServerClient } from '../../../conformance/flows/app-server-client.js'
import { startMockResponses } from '../../../conformance/flows/mock-responses.js'
import type { FlowPlace, FlowSubject } from '../../../conformance/flows/subject.js'
import { temporaryFolder } from '../../support/temporary-folder.js'
import { cold, warm } from './script.js'
import { type RecordedStep, Session } from './session.js'

const run = promisify(execFile)

/** Everything a server said in a session, and the folders in which it took place. */
export interface Recording {
  readonly steps: readonly RecordedStep[]
  readonly home: string
  readonly project: string
}

/** Plays the script against a subject, in two processes one after the other. */
export async function record(subject: FlowSubject): Promise<Recording> {
  const folder = temporaryFolder()
  const home = join(folder, 'home')
  const project = join(folder, 'project')
  await mkdir(home)
  await gitProject(project)
  await using model = await startMockResponses()
  const place = { folder: home, modelUrl: model.baseUrl, unloadDelayMs: null }
  const steps: RecordedStep[] = []
  const known = await inProcess(subject, place, (client) =>
    warm(new Session(client, project, steps)),
  )
  await inProcess(subject, place, (client) => cold(new Session(client, project, steps), known))
  return { steps, home, project }
}

async function inProcess<T>(
  subject: FlowSubject,
  place: FlowPlace,
  work: (client: AppServerClient) => Promise<T>,
): Promise<T> {
  const server = await subject.start(place)
  const client = new AppServerClient(server.connect())
  try {
    return await work(client)
  } finally {
    await client.close()
    await server.stop()
  }
}

async function gitProject(folder: string): Promise<void> {
  await mkdir(folder)
  const identity = ['-c', 'user.name=dev', '-c', 'user.email=dev@example.com']
  // The same commit in every run has the same sha.
  const date = '2026-01-01T00:00:00Z'
  const env = { ...process.env, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date }
  await run('git', ['init', '-q', '-b', 'main'], { cwd: folder })
  await run('git', [...identity, 'commit', '-q', '--allow-empty', '-m', 'begin'], {
    cwd: folder,
    env,
  })
}
