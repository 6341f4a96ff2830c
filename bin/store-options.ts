import { parseShard, type Shard } from '../migrate/index.js'
import { isThreadId } from '../src/index.js'
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

/** A whole number from 1 on. */
export function positiveInteger(option: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value
  throw new UsageError(`${option} must be a whole number from 1 on`)
}

/** One thread id. */
export function threadId(option: string, value: string): string {
  const id = value.trim().toLowerCase()
  if (!isThreadId(id)) throw new UsageError(`${option}: ${value} is no thread id`)
  return id
}

/** A part of the threads, such as `2/8`; `undefined` where the option was not given. */
export function shardOf(option: string, value: string | undefined): Shard | undefined {
  if (value === undefined) return undefined
  const shard = parseShard(value)
  if (shard === null) throw new UsageError(`${option}: ${value} is no part such as 2/8`)
  return shard
}
