import type { Abortable } from '../../src/store/params.js'

interface AtOnce extends Abortable {
  readonly jobs: number
}

/**
 * Works on what a queue gives, several pieces at a time, until it is empty or `signal` aborts. What
 * goes wrong first is thrown; nothing is being worked on any more by then.
 */
export async function eachAtOnce<Piece>(
  queue: Iterator<Piece> | AsyncIterator<Piece>,
  { jobs, signal }: AtOnce,
  work: (piece: Piece) => Promise<void>,
): Promise<void> {
  const problems: unknown[] = []

  async function worker(): Promise<void> {
    for (;;) {
      if (problems.length > 0 || signal?.aborted) return
      const next = await queue.next()
      if (next.done) return
      await work(next.value)
    }
  }

  const noted = (problem: unknown): unknown => problems.push(problem)
  await Promise.all(Array.from({ length: jobs }, () => worker().catch(noted)))
  if (problems.length > 0) throw problems[0]
}
