import { execFile } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)
const LOOK_EVERY_MS = 100
const WAIT_MS = 180_000

/** A terminal without a window, in which somebody types. */
interface TmuxScreen extends AsyncDisposable {
  type(line: string): Promise<void>
  /** What is on the screen once it matches, with its colours; lines without their trailing blanks. */
  showing(text: RegExp): Promise<readonly string[]>
}

/** Starts a shell in a tmux of its own. */
export async function openTmuxScreen(options: {
  readonly columns: number
  readonly rows: number
  readonly env: Readonly<Record<string, string>>
}): Promise<TmuxScreen> {
  const { columns, rows, env } = options
  const socket = `threadstore-picture-${process.pid}`
  const tmux = async (...args: string[]): Promise<string> =>
    (await run('tmux', ['-L', socket, '-f', '/dev/null', ...args], { env })).stdout
  await tmux('new-session', '-d', '-x', String(columns), '-y', String(rows), 'sh')
  await tmux('set-option', '-g', 'status', 'off')
  return {
    async type(line) {
      await tmux('send-keys', '-l', line)
      await tmux('send-keys', 'Enter')
    },
    async showing(text) {
      for (let waited = 0; waited < WAIT_MS; waited += LOOK_EVERY_MS) {
        const screen = (await tmux('capture-pane', '-e', '-p')).trimEnd()
        if (text.test(screen)) return screen.split('\n')
        await pause(LOOK_EVERY_MS)
      }
      throw new Error(`the screen never showed ${String(text)}`)
    },
    async [Symbol.asyncDispose]() {
      await tmux('kill-server').catch(() => '')
    },
  }
}
