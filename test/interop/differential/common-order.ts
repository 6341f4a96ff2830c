/** A place in either list, or in both where they have the same there. */
type Place = readonly [left: number | null, right: number | null]

/** Both lists in one order that keeps theirs, with as many common places as there can be. */
export function commonOrder(left: readonly string[], right: readonly string[]): Place[] {
  const lengths = commonLengths(left, right)
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0
  const places: Place[] = []
  let [i, j] = [0, 0]
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && left[i] === right[j]) places.push([i++, j++])
    else if (j === right.length || (i < left.length && at(i + 1, j) >= at(i, j + 1))) {
      places.push([i++, null])
    } else places.push([null, j++])
  }
  return places
}

/** For every two ends of the lists, how much of them is common. */
function commonLengths(left: readonly string[], right: readonly string[]): number[][] {
  const lengths = left.map(() => right.map(() => 0))
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0
  for (let i = left.length - 1; i >= 0; i -= 1) {
    const row = lengths[i] ?? []
    for (let j = right.length - 1; j >= 0; j -= 1) {
      row[j] = left[i] === right[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  return lengths
}
