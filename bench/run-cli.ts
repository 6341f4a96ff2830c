import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

/** What a command printed, and what it took. */
export interface CliRun {
  readonly document: unknown
  readonly seconds: number
  /** Of user and system together; 0 where the system does not tell. */
  readonly cpuSeconds: number
  /** Of the process itself, the most at any moment; 0 where the system does not tell. */
  readonly peakRssBytes: number
}

/** The command line, as it was built. */
export const cli: string = fileURLToPath(new URL('../bin/threadstore.js', import.meta.url))

/** Runs a command of the built package with `--json`, in a process of its own. */
export async function runCli(args: readonly string[]): Promise<CliRun> {
  const started = performance.now()
  const child = spawn(process.execPath, [cli, ...args, '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  let peakRssBytes = 0
  let cpuSeconds = 0
  const sample = setInterval(() => {
    void peakRss(child.pid).then((bytes) => {
      peakRssBytes = Math.max(peakRssBytes, bytes)
    })
    void cpuTime(child.pid).then((spent) => {
      cpuSeconds = Math.max(cpuSeconds, spent)
    })
  }, 20)
  const code = await new Promise<number | null>((resolve) => {
    child.once('close', resolve)
  })
  clearInterval(sample)
  if (code !== 0) {
    throw new Error(
      `threadstore ${args.join(' ')} ended with ${code}: ${String(Buffer.concat(err))}`,
    )
  }
  return {
    document: JSON.parse(Buffer.concat(out).toString('utf8')) as unknown,
    seconds: (performance.now() - started) / 1000,
    cpuSeconds,
    peakRssBytes,
  }
}

/** The kernel counts in hundredths of a second; the name of a process may hold spaces, what follows it not. */
async function cpuTime(pid: number | undefined): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / 100
}

/** The kernel keeps the high-water mark, so that a sample misses nothing before it. */
async function peakRss(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024
}
