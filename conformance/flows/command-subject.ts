import type { FlowSubject } from './subject.js'
import { processWire } from './wire.js'

/** As long as nobody asks for anything else. */
const UNLOAD_DELAY_S = 1_800

/**
 * An app-server that a command line starts, one process for each client. `{model-url}`, `{folder}`
 * and `{unload-delay}`, in seconds, stand in it for what each case brings along; `HOME` and
 * `CODEX_HOME` are the folder.
 */
export function commandSubject(
  command: string,
  environment: Readonly<Record<string, string>>,
): FlowSubject {
  return {
    name: command,
    connections: 'one',
    // Nothing else is known of a command, and a store in memory says what it is.
    durable: !/\bmemory:/.test(command),
    unloads: command.includes('{unload-delay}'),
    start: async ({ folder, modelUrl, unloadDelayMs }) => {
      const delay = unloadDelayMs === null ? UNLOAD_DELAY_S : unloadDelayMs / 1000
      const words = command
        .trim()
        .split(/\s+/)
        .map((word) =>
          word
            .replaceAll('{folder}', folder)
            .replaceAll('{model-url}', modelUrl)
            .replaceAll('{unload-delay}', `${delay}`),
        )
      const [program = '', ...args] = words
      return {
        connect: () =>
          processWire({
            command: program,
            args,
            env: { ...environment, HOME: folder, CODEX_HOME: folder, TZ: 'UTC' },
            cwd: folder,
          }),
        stop: () => Promise.resolve(),
      }
    },
  }
}
