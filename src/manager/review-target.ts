import type { JsonObject } from '../protocol/json.js'
import { ThreadRuntimeError } from './thread-runtime-error.js'

/** What is to be reviewed. */
export type ReviewTarget =
  | { readonly type: 'uncommittedChanges' }
  | { readonly type: 'baseBranch'; readonly branch: string }
  | { readonly type: 'commit'; readonly sha: string; readonly title?: string | null }
  | { readonly type: 'custom'; readonly instructions: string }

/** A review as it is asked for. */
export interface ReviewRequest {
  readonly target: JsonObject
  /** What the reviewer is told. */
  readonly prompt: string
  /** What people are shown. */
  readonly hint: string
}

/** What a target means; refuses one that says nothing. */
export function reviewRequest(target: ReviewTarget): ReviewRequest {
  switch (target.type) {
    case 'uncommittedChanges':
      return {
        target: { ...target },
        prompt: 'Review the staged, unstaged and untracked changes of the working directory.',
        hint: 'current changes',
      }
    case 'baseBranch': {
      const branch = required(target.branch, 'branch')
      return {
        target: { type: 'baseBranch', branch },
        prompt: `Review what was changed since this work left the branch ${branch}.`,
        hint: `changes against '${branch}'`,
      }
    }
    case 'commit': {
      const sha = required(target.sha, 'sha')
      const title = target.title?.trim() ? `: ${target.title.trim()}` : ''
      return {
        target: { type: 'commit', sha, title: target.title ?? null },
        prompt: `Review what the commit ${sha} changed${title}.`,
        hint: `commit ${sha.slice(0, 7)}${title}`,
      }
    }
    case 'custom': {
      const instructions = required(target.instructions, 'instructions')
      return { target: { type: 'custom', instructions }, prompt: instructions, hint: instructions }
    }
  }
}

function required(text: string, field: string): string {
  const trimmed = text.trim()
  if (trimmed !== '') return trimmed
  throw new ThreadRuntimeError('empty-input', `${field} must not be empty`)
}
