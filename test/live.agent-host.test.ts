import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from './support/temporary-folder.js'
import { typescriptFlags } from './support/typescript-flags.js'
import { ROOT } from './tidy/repository.js'

/** A running host, spoken to line by line. */
class Host {
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>

  constructor(...args: readonly string[]) {
    const program = join(ROOT, 'examples/agent-host.ts')
    const child = spawn(process.execPath, [...typescriptFlags, program, ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#child = child
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    onTestFinished(() => {
      child.kill('SIGKILL')
    })
  }

  say(line: string): void {
    this.#child.stdin?.write(`${line}\n`)
  }

  /** Everything the host says up to a line that begins so. */
  async hear(last: string): Promise<string[]> {
    const lines: string[] = []
    for (;;) {
      const { done, value } = await this.#lines.next()
      if (done) throw new Error(`the host ended after ${JSON.stringify(lines)}`)
      lines.push(value)
      if (value.startsWith(last)) return lines
    }
  }

  /** The id of the thread that the host enters next. */
  async thread(): Promise<string> {
    const [line = ''] = (await this.hear('thread ')).slice(-1)
    return line.slice('thread '.length)
  }

  async turns(): Promise<string[]> {
    this.say('/turns')
    return (await this.hear('that is all')).slice(0, -1)
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await once(this.#child, 'exit')
  }

  async leave(): Promise<void> {
    this.#child.stdin?.end()
    await once(this.#child, 'exit')
  }
}

test.each([
  ['a database', `pglite:${temporaryFolder()}/db`],
  ['a Codex home', temporaryFolder()],
])(
  'a host over %s is killed in a turn, resumes, forks, rolls back and shows the right turns',
  async (_where, url) => {
    const first = new Host(url)
    const threadId = await first.thread()
    first.say('hello')
    await first.hear('you said: hello')
    first.say('wait for it')
    await first.hear('you said: wait for it')
    await first.kill()

    const second = new Host(url, threadId)
    expect(await second.thread()).toBe(threadId)
    const [completed, cut] = await second.turns()
    expect([completed, cut]).toEqual([
      'completed: hello -> you said: hello',
      'inProgress: wait for it -> you said: wait for it',
    ])
    second.say('go on')
    await second.hear('you said: go on')
    const onward = await second.turns()
    expect(onward.at(-1)).toBe('completed: go on -> you said: go on')

    second.say('/fork')
    expect(await second.thread()).not.toBe(threadId)
    second.say('only here')
    await second.hear('you said: only here')
    expect(await second.turns()).toEqual([...onward, 'completed: only here -> you said: only here'])
    second.say('/rollback 3')
    expect(await second.turns()).toEqual([completed])
    await second.leave()

    const third = new Host(url, threadId)
    await third.thread()
    expect(await third.turns()).toEqual(onward)
    await third.leave()
  },
  300_000,
)
