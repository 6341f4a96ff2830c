/** The fields of a record that the sweep patches. */
const crashFields = ['name', 'title', 'model', 'agentRole', 'sha', 'branch'] as const
export type CrashFields = Readonly<Record<(typeof crashFields)[number], string | null>>

/** What a reader sees of a thread, as far as the sweep changes it; `null`: there is none. */
export type ThreadState = {
  readonly archived: boolean
  readonly fields: CrashFields
  /** Labels of the items, in order. */
  readonly items: readonly string[]
} | null

/** What one call does to a thread, whole. */
export type Change =
  | { readonly kind: 'create' }
  | { readonly kind: 'import'; readonly name: string; readonly items: readonly string[] }
  | { readonly kind: 'append'; readonly items: readonly string[] }
  | { readonly kind: 'patch'; readonly fields: Partial<CrashFields> }
  | { readonly kind: 'archive'; readonly archived: boolean }
  | { readonly kind: 'revert'; readonly items: number }
  | { readonly kind: 'delete' }

const noFields = Object.fromEntries(crashFields.map((field) => [field, null])) as CrashFields

/** The state after a change. What is no thread stays none, unless it is made one. */
export function changed(state: ThreadState, change: Change): ThreadState {
  if (change.kind === 'create') return { archived: false, fields: noFields, items: [] }
  if (change.kind === 'import') {
    const { name, items } = change
    return { archived: false, fields: { ...noFields, name }, items }
  }
  if (state === null || change.kind === 'delete') return null
  switch (change.kind) {
    case 'append':
      return { ...state, items: [...state.items, ...change.items] }
    case 'patch':
      return { ...state, fields: { ...state.fields, ...change.fields } }
    case 'archive':
      return { ...state, archived: change.archived }
    case 'revert':
      return { ...state, items: state.items.slice(0, change.items) }
  }
}

/** A change, and whether it has to be among those that were made. */
interface Weighed {
  readonly change: Change
  readonly must: boolean
}

/** Every state that changes lead to, in their order, each of them whole or left out if it may be. */
export function statesAfter(
  base: ThreadState,
  changes: readonly Weighed[],
): ReadonlyMap<string, ThreadState> {
  let states = new Map([[keyOf(base), base]])
  for (const { change, must } of changes) {
    const next = must ? new Map<string, ThreadState>() : new Map(states)
    for (const state of states.values()) {
      const after = changed(state, change)
      next.set(keyOf(after), after)
    }
    states = next
  }
  return states
}

/** Equal states, equal texts. */
export function keyOf(state: ThreadState): string {
  if (state === null) return 'none'
  const { archived, fields, items } = state
  return JSON.stringify([archived, crashFields.map((field) => fields[field]), items])
}
