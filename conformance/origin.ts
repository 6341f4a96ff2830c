/** How a value that a case looks at was made from what a store returned. */
interface Derivation {
  readonly source: object
  /** JavaScript that follows the name of the source: `.map((thread) => thread.threadId)`. */
  readonly expression: string
}

const derivations = new WeakMap<object, Derivation>()

/** Notes how a value was made, so that a failure’s program can make it too. */
export function derived<T extends object>(value: T, source: object, expression: string): T {
  derivations.set(value, { source, expression })
  return value
}

/** How a value was made, if it was noted. */
export function derivationOf(value: object): Derivation | null {
  return derivations.get(value) ?? null
}
