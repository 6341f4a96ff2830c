import { cpus, totalmem } from 'node:os'

/** What a figure was measured on. Without it a figure says nothing. */
export interface MachineFacts {
  readonly node: string
  readonly platform: string
  readonly cpu: string
  readonly cores: number
  readonly memoryBytes: number
}

export function machineFacts(): MachineFacts {
  const cores = cpus()
  return {
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
    cpu: cores[0]?.model ?? 'unknown',
    cores: cores.length,
    memoryBytes: totalmem(),
  }
}
