import { parseShard, type Shard } from '../../migrate/index.js'
import { isThreadId } from '../../src/index.js'
import { UsageError } from './usage-error.js'

/** The target of a command, which may carry a password and so may come from the environment. */
export function targetAddress(argument: string | undefined, variable: string | undefined): string {
  if (variable === undefined) {
    if (argument !== undefined) return argument
    throw new UsageError('the target is missing; name it, or a variable with --target-env')
  }
  if (argument !== undefined) throw new UsageError('give the target or --target-env, not both')
  const value = process.env[variable]
  if (value === undefined || value === '') {
    throw new UsageError(`the environment variable ${variable} is not set`)
  }
  return value
}

/** Thread ids of an option, `undefined` where it was not given. */
export function threadIds(
  option: string,
  values: readonly string[] | undefined,
): ReadonlySet<string> | undefined {
  if (values === undefined) return undefined
  const ids = values.map((value) => value.trim().toLowerCase())
  const wrong = ids.findIndex((id) => !isThreadId(id))
  if (ids.length === 0) throw new UsageError(`${option} lacks a thread id`)
  if (wrong >= 0) throw new UsageError(`${option}: ${values[wrong]} is no thread id`)
  return new Set(ids)
}

/** The value of an option that counts something. */
export function wholeNumber(option: string, value: number, least = 1): number {
  if (Number.isSafeInteger(value) && value >= least) return value
  throw new UsageError(`${option} must be a whole number from ${least} on`)
}

/** More at once than any store can use only costs memory. */
const JOBS_MAX = 1000

/** How many threads are worked on at once. */
export function jobsOf(option: string, value: number): number {
  if (wholeNumber(option, value) <= JOBS_MAX) return value
  throw new UsageError(`${option} must be ${JOBS_MAX} at most`)
}

/** One thread id, or another that looks like one. */
export function threadId(option: string, value: string, kind = 'thread'): string {
  const id = value.trim().toLowerCase()
  if (!isThreadId(id)) throw new UsageError(`${option}: ${value} is no ${kind} id`)
  return id
}

/** A part of the threads, such as `2/8`; `undefined` where the option was not given. */
export function shardOf(option: string, value: string | undefined): Shard | undefined {
  if (value === undefined) return undefined
  const shard = parseShard(value)
  if (shard === null) throw new UsageError(`${option}: ${value} is no part such as 2/8`)
  return shard
}

const byteUnits: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
}

/** Bytes in a second, such as `10MB/s` or `512KiB`. */
export function byteRate(option: string, value: string): number {
  const [, number = '', unit = ''] = /^([\d.]+)\s*([a-z]+?)(?:\/s|ps)?$/i.exec(value.trim()) ?? []
  const rate = Number(number) * (byteUnits[unit.toLowerCase()] ?? Number.NaN)
  if (rate >= 1) return rate
  throw new UsageError(`${option}: ${value} is no rate such as 10MB/s`)
}

const timeUnits: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1e3,
  m: 60e3,
  h: 3600e3,
  d: 86_400e3,
}

/** A time in milliseconds, such as `90s`, `30m` or `1h30m`. */
export function durationMs(option: string, value: string): number {
  const parts = [...value.trim().matchAll(/([\d.]+)(ms|[smhd])/g)]
  const whole = parts.map(([part]) => part).join('') === value.trim()
  const ms = parts.reduce((sum, [, n, unit]) => sum + Number(n) * (timeUnits[unit ?? ''] ?? 0), 0)
  if (whole && parts.length > 0 && ms >= 0 && ms < 2 ** 31) return ms
  throw new UsageError(`${option}: ${value} is no time such as 30s or 1h30m`)
}
