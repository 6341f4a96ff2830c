import { readdir, readFile } from 'node:fs/promises'

/** Ticks of the clock in which Linux counts. */
const TICKS_PER_SECOND = 100

/** The CPU time this process has used, its threads included. */
export function ownCpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** The CPU time that a process and its children have used; 0 where the system does not tell. */
export async function cpuSecondsOf(pid: number): Promise<number> {
  const entries = await readdir('/proc').catch(() => [])
  const processes = await Promise.all(
    entries.filter((name) => /^\d+$/.test(name)).map((name) => statOf(Number(name))),
  )
  const own = processes.filter((one) => one?.pid === pid || one?.parent === pid)
  return own.reduce((sum, one) => sum + (one?.ticks ?? 0), 0) / TICKS_PER_SECOND
}

interface ProcessStat {
  readonly pid: number
  readonly parent: number
  /** Its own, and those of its children that have ended. */
  readonly ticks: number
}

async function statOf(pid: number): Promise<ProcessStat | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  if (stat === null) return null
  // The name stands in parentheses and may hold anything; what follows it are numbers.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ticks = [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0)
  return { pid, parent: Number(fields[1]), ticks }
}
