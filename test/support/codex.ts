import { execFile } from 'node:child_process'
import { access, mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** The releases that the project is tried against: the last with rollback, and the newest. */
export const codexVersions = ['0.131.0', '0.169.0'] as const

const run = promisify(execFile)

/** Where a real Codex is, or would be. */
interface CodexPlace {
  /** The folder into which npm installs it. */
  readonly folder: string
  readonly binary: string
  readonly isThere: boolean
}

/** Looks for a real Codex in the cache folder. */
export async function findCodex(version: string): Promise<CodexPlace> {
  const cache = process.env['THREADSTORE_CODEX_CACHE'] ?? join(tmpdir(), 'threadstore-codex')
  const folder = join(cache, version)
  const binary = join(folder, 'node_modules', '.bin', 'codex')
  return { folder, binary, isThere: await exists(binary) }
}

/** The path of a real Codex, installed from npm into the cache folder when it is not there yet. */
export async function installCodex(version: string): Promise<string> {
  const { folder, binary, isThere } = await findCodex(version)
  if (!isThere) {
    await mkdir(folder, { recursive: true })
    await run('npm', [
      'install',
      '--prefix',
      folder,
      '--no-audit',
      '--no-fund',
      `@openai/codex@${version}`,
    ])
  }
  return binary
}

/** Makes a home usable: every turn goes to the mock model, nothing goes anywhere else. */
export async function configureHome(
  home: string,
  modelBaseUrl: string,
  provider = 'mock',
): Promise<void> {
  await mkdir(home, { recursive: true })
  const config = `model = "mock-model"
model_provider = "${provider}"
approval_policy = "never"
sandbox_mode = "danger-full-access"
check_for_update_on_startup = false

[model_providers.${provider}]
name = "mock"
base_url = ${JSON.stringify(modelBaseUrl)}
wire_api = "responses"
supports_websockets = false
request_max_retries = 0
stream_max_retries = 0

[features]
goals = true
`
  await writeFile(join(home, 'config.toml'), config)
}

/** How a real app-server is started on a home. */
interface CodexCommand {
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
}

export function codexCommand(binary: string, home: string): CodexCommand {
  const env = { PATH: process.env['PATH'] ?? '', HOME: home, CODEX_HOME: home, TZ: 'UTC' }
  return { command: binary, args: ['app-server'], env, cwd: home }
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  )
}
