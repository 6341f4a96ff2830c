import { execFile } from 'node:child_process'
import { access, mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const packages = ['@sparticuz/chromium@153.0.0', 'playwright-core@1.65.1']

/** The parts of a page of playwright that are used here. */
export interface BrowserPage {
  on(event: 'dialog' | 'pageerror' | 'console', listener: (what: unknown) => void): void
  goto(url: string): Promise<{ status(): number } | null>
  click(selector: string): Promise<void>
  fill(selector: string, text: string): Promise<void>
  title(): Promise<string>
  url(): string
  textContent(selector: string): Promise<string | null>
  evaluate<T>(script: string): Promise<T>
  addScriptTag(options: { readonly content: string }): Promise<unknown>
  screenshot(options: { readonly path: string; readonly fullPage: boolean }): Promise<unknown>
}

export interface Browser {
  newPage(options?: {
    readonly httpCredentials?: { readonly username: string; readonly password: string }
  }): Promise<BrowserPage>
  close(): Promise<void>
}

/** Starts a real Chromium, installed from npm into a cache folder when it is not there yet. */
export async function startChromium(): Promise<Browser> {
  const folder =
    process.env['THREADSTORE_CHROMIUM_CACHE'] ?? join(tmpdir(), 'threadstore-chromium-153')
  if (!(await exists(join(folder, 'node_modules', 'playwright-core')))) {
    await mkdir(folder, { recursive: true })
    await run('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', ...packages])
  }
  // Makes the package bring the libraries that a machine without a desktop lacks.
  process.env['AWS_LAMBDA_JS_RUNTIME'] ??= 'nodejs22.x'
  const { default: chromium } = (await load(folder, '@sparticuz/chromium')) as {
    readonly default: { readonly args: string[]; executablePath(): Promise<string> }
  }
  const { chromium: launcher } = (await load(folder, 'playwright-core')) as {
    readonly chromium: { launch(options: object): Promise<Browser> }
  }
  const { args } = chromium
  return launcher.launch({ args, executablePath: await chromium.executablePath(), headless: true })
}

async function load(folder: string, name: string): Promise<unknown> {
  const require = createRequire(join(folder, 'package.json'))
  return import(pathToFileURL(require.resolve(name)).href)
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  )
}
