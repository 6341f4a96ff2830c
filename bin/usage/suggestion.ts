import { closestMatch } from 'leven'

/** Letters that may be wrong, missing or too many in a name that is still recognised. */
const DISTANCE_MAX = 2

/** What somebody who mistyped `name` meant, as the end of a sentence; empty when nothing is near. */
export function suggestion(name: string, known: readonly string[]): string {
  const nearest = closestMatch(name, known, { maxDistance: DISTANCE_MAX })
  return nearest === undefined ? '' : `; did you mean ${nearest}?`
}
