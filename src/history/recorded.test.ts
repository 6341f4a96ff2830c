import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import type { RolloutItem } from '../protocol/rollout-item.js'
import { userMessagePositions } from './cut.js'
import { createMetadataDeriver } from './derive-metadata.js'
import { isPersisted } from './persistence-policy.js'
import { printRolloutLine } from './rollout-line.js'
import { createRolloutScan, type RolloutSummary } from './scan-rollout.js'

const homes = new URL('../../fixtures/homes/', import.meta.url)

interface Recording {
  readonly bytes: Buffer
  readonly items: readonly RolloutItem[]
  readonly summary: RolloutSummary
}

function recordings(home: string): ReadonlyMap<string, Recording> {
  const root = new URL(`${home}/`, homes)
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  const rollouts = files.filter((file) => /rollout-.*\.jsonl$/.test(file))
  return new Map(
    rollouts.map((file) => {
      const rolloutId = file.slice(-'01a20320-6d70-7852-b50d-7785b67ce898.jsonl'.length, -6)
      const items: RolloutItem[] = []
      const scan = createRolloutScan({ rolloutId, onItem: (item) => items.push(item) })
      const bytes = readFileSync(new URL(file, root))
      scan.push(bytes)
      return [rolloutId, { bytes, items, summary: scan.end() }]
    }),
  )
}

describe.each(['codex-0.131.0', 'codex-0.131.0-migrated', 'codex-0.169.0'])('%s', (home) => {
  const rollouts = [...recordings(home).values()]

  test('has no finding', () => {
    expect(rollouts.flatMap(({ summary }) => summary.findings)).toEqual([])
  })

  test('is printed as Codex has written it, but for numbers like 0.0', () => {
    for (const { bytes, items } of rollouts) {
      const printed = Buffer.concat(items.map(printRolloutLine)).toString()
      expect(printed).toBe(bytes.toString().replaceAll(/(?<=":\d+)\.0(?=[,}])/g, ''))
    }
  })

  test('holds only what belongs into a history', () => {
    for (const { items, summary } of rollouts) {
      expect(items.filter((item) => !isPersisted(item, summary.historyMode))).toEqual([])
    }
  })
})

interface ThreadRow {
  readonly id: string
  readonly [column: string]: string | number | null
}

/** Columns of Codex's own table of threads that a history can tell. */
function derivedRow(threadId: string, items: readonly RolloutItem[]): Partial<ThreadRow> {
  const derived = createMetadataDeriver(threadId).push(items)
  const { source = '', gitInfo, permissionProfile } = derived
  return {
    id: threadId,
    source: typeof source === 'string' ? source : JSON.stringify(source),
    thread_source: derived.threadSource ?? null,
    model_provider: derived.modelProvider ?? '',
    model: derived.model ?? null,
    cwd: derived.cwd ?? '',
    cli_version: derived.cliVersion ?? '',
    approval_mode: typeof derived.approvalMode === 'string' ? derived.approvalMode : '',
    tokens_used: derived.tokenUsage?.totalTokens ?? 0,
    first_user_message: derived.firstUserMessage ?? '',
    preview: derived.preview ?? '',
    title: derived.title ?? '',
    git_sha: gitInfo?.sha ?? null,
    git_branch: gitInfo?.branch ?? null,
    git_origin_url: gitInfo?.originUrl ?? null,
    memory_mode: derived.memoryMode ?? 'enabled',
    sandbox_policy: JSON.stringify(permissionProfile),
  }
}

describe('what a history tells of its thread', () => {
  test('is what Codex 0.131 keeps of it in its table', () => {
    const path = fileURLToPath(new URL('codex-0.131.0/state_5.sqlite', homes))
    const database = new Database(path, { readonly: true })
    const rows = database.prepare<[], ThreadRow>('SELECT * FROM threads').all()
    database.close()
    const rollouts = recordings('codex-0.131.0')
    expect(rows).toHaveLength(rollouts.size)
    for (const row of rows) {
      const items = rollouts.get(row.id)?.items ?? []
      // The release keeps the sandbox policy in this column, and a name for a title.
      const profile = items.findLast(({ type }) => type === 'turn_context')?.payload as
        | { permission_profile?: object }
        | undefined
      const title = row['title'] === 'Mémoire' ? { title: 'memory off' } : {}
      const expected = {
        ...row,
        ...title,
        sandbox_policy: JSON.stringify(profile?.permission_profile),
      }
      expect(expected).toMatchObject(derivedRow(row.id, items))
    }
  })
})

test('what the user said is told from what was said in the name of the user', () => {
  const rollouts = recordings('codex-0.131.0')
  const said = [...rollouts].map(([id, { items }]) => [
    id.slice(9, 13),
    userMessagePositions(items).map((index) => {
      const payload = items[index]?.payload as { content?: { text?: string }[] } | undefined
      return payload?.content?.[0]?.text?.slice(0, 14)
    }),
  ])
  expect(Object.fromEntries(said)).toEqual({
    '6d70': ['first question', 'please TOOL'],
    '70b2': ['first question', 'please TOOL', 'after fork'],
    '714f': ['to be archived'],
    '71e7': ['quick', 'SLOW one'],
    '779c': ['before compacti', 'before compacti', 'after compacti'].map((text) =>
      text.slice(0, 14),
    ),
    '7947': ['memory off'],
    '79f5': ['ünïcödé 日本語 🙂'.slice(0, 14)],
    '7ae0': expect.arrayContaining(['first question', 'please TOOL']) as string[],
    '7afb': ['look at it'],
  })
})
