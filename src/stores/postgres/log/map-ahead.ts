/**
 * Maps what `source` gives, in order, with up to `width` mappings under way: while one result is
 * used, the next ones are made.
 */
export async function* mapAhead<In, Out>(
  source: AsyncIterable<In>,
  width: number,
  map: (value: In) => Promise<Out>,
): AsyncGenerator<Out, void, undefined> {
  const running: Promise<Out>[] = []
  for await (const value of source) {
    const next = map(value)
    // Whoever waits for it hears of a failure; until then it must not count as unheard.
    next.catch(() => undefined)
    running.push(next)
    const first = running.length >= width ? running.shift() : undefined
    if (first !== undefined) yield await first
  }
  for (const rest of running) yield await rest
}
