import { cpus, loadavg, release, totalmem } from 'node:os'

/** What a figure was measured on. Without it a figure says nothing. */
export interface MachineFacts {
  readonly measuredAt: string
  readonly node: string
  readonly platform: string
  readonly system: string
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  /** Of the minute before the run: what else the machine was doing. */
  readonly loadBefore: number
}

/** @param now - milliseconds since 1970 */
export function machineFacts(now: number): MachineFacts {
  const cores = cpus()
  return {
    measuredAt: new Date(now).toISOString().slice(0, 16).replace('T', ' '),
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
    system: release(),
    cpu: cores[0]?.model ?? 'unknown',
    cores: cores.length,
    memoryGiB: Number((totalmem() / 2 ** 30).toFixed(1)),
    loadBefore: Number((loadavg()[0] ?? 0).toFixed(2)),
  }
}

/** The facts as a line for people. */
export function machineLine(facts: MachineFacts): string {
  const { measuredAt, node, platform, system, cpu, cores, memoryGiB, loadBefore } = facts
  return `${measuredAt} UTC, Node ${node} on ${platform} ${system}, ${cpu}, ${cores} cores, ${memoryGiB} GiB, load before ${loadBefore}`
}
