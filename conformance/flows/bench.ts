import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Clock } from '../../src/host/clock.js'
import { AppServerClient } from './app-server-client.js'
import { talk } from './conversation.js'
import type { FlowCase, FlowContext, FlowDoor } from './flow-case.js'
import { type MockResponses, startMockResponses } from './mock-responses.js'
import type { FlowServer, FlowSubject } from './subject.js'

const run = promisify(execFile)

/** What a case works with while it runs. */
interface Bench extends AsyncDisposable {
  has(door: FlowDoor): boolean
  /** What a server said that has not the shape of the schema. */
  shapeProblems(): readonly string[]
  /** What was said so far, by whom to whom. */
  conversation(): string
  context(): Promise<FlowContext>
}

/** A model, a project and a running server for one case. */
export async function openBench(
  subject: FlowSubject,
  { unloadDelayMs }: FlowCase,
  clock: Clock,
): Promise<Bench> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'flow-')))
  const model = await startMockResponses(clock)
  const place = {
    modelUrl: model.baseUrl,
    folder: join(folder, 'home'),
    unloadDelayMs: unloadDelayMs ?? null,
  }
  await mkdir(place.folder)
  const server = await subject.start(place).catch(async (error: unknown) => {
    await dispose(model, folder)
    throw error
  })
  const running = new Running(subject, server)
  return {
    has: (door) => running.has(door),
    shapeProblems: () => running.shapeProblems(),
    conversation: () => running.conversation(),
    context: async () => running.context(once(join(folder, 'project'), gitProject), place),
    [Symbol.asyncDispose]: async () => {
      await running.stop()
      await dispose(model, folder)
    },
  }
}

async function dispose(model: MockResponses, folder: string): Promise<void> {
  await model[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
}

class Running {
  readonly #subject: FlowSubject
  #server: FlowServer
  #clients: AppServerClient[] = []
  readonly #known: AppServerClient[] = []

  constructor(subject: FlowSubject, server: FlowServer) {
    this.#subject = subject
    this.#server = server
  }

  has(door: FlowDoor): boolean {
    switch (door) {
      case 'several-connections':
        return this.#subject.connections === 'several'
      case 'restart':
        return this.#subject.durable
      case 'store-calls':
        return this.#server.storeCalls !== undefined
      case 'spawn':
        return this.#server.spawn !== undefined
      case 'unload':
        return this.#subject.unloads === true
    }
  }

  async context(
    project: () => Promise<string>,
    place: Parameters<FlowSubject['start']>[0],
  ): Promise<FlowContext> {
    return {
      client: await this.#introduced(),
      project,
      stranger: () => this.#connect(),
      second: () => this.#introduced(),
      restart: async (kill = false) => {
        if (kill) for (const client of this.#clients) client.kill()
        await this.stop()
        this.#server = await this.#subject.start(place)
        return this.#introduced()
      },
      spawn: (parent) => this.#server.spawn?.(parent) ?? Promise.reject(new Error('cannot spawn')),
      storeCalls: () => this.#server.storeCalls?.() ?? [],
    }
  }

  shapeProblems(): readonly string[] {
    return this.#known.flatMap((client) => client.shapeProblems)
  }

  conversation(): string {
    return talk(this.#known.map(({ said }) => said))
  }

  async stop(): Promise<void> {
    await Promise.all(this.#clients.splice(0).map((client) => client.close()))
    await this.#server.stop()
  }

  #connect(): AppServerClient {
    const client = new AppServerClient(this.#server.connect())
    this.#clients.push(client)
    this.#known.push(client)
    return client
  }

  async #introduced(): Promise<AppServerClient> {
    const client = this.#connect()
    await client.initialize('flows')
    return client
  }
}

/** What is made from a folder when somebody first asks for it. */
function once<T>(folder: string, make: (folder: string) => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null
  return () => (made ??= make(folder))
}

async function gitProject(folder: string): Promise<string> {
  await mkdir(folder)
  const identity = ['-c', 'user.name=dev', '-c', 'user.email=dev@example.com']
  for (const args of [
    ['init', '-q', '-b', 'main'],
    ['remote', 'add', 'origin', 'https://example.com/r.git'],
    [...identity, 'commit', '-q', '--allow-empty', '-m', 'begin'],
  ]) {
    await run('git', args, { cwd: folder })
  }
  return folder
}
