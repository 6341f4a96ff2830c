/** What it takes to make a failure happen again. */
export interface Replay {
  readonly case: string
  readonly seed: number
  /** Where a law found its counterexample; `null` for a case without a search. */
  readonly path: string | null
}

/** A replay as one word for a command line: `append.order@42`, `list.partition@42/3:0:1`. */
export function encodeReplay({ case: id, seed, path }: Replay): string {
  return path === null ? `${id}@${seed}` : `${id}@${seed}/${path}`
}

/** The replay a token stands for, or `null` for anything else. */
export function decodeReplay(token: string): Replay | null {
  const [, id, seed, path] = /^([a-zA-Z0-9.-]+)@(-?\d+)(?:\/([\d:]+))?$/.exec(token) ?? []
  if (id === undefined || !Number.isSafeInteger(Number(seed))) return null
  return { case: id, seed: Number(seed), path: path ?? null }
}
