/** Runs a statement and gives its rows. */
export type RunSql = (sql: string) => Promise<readonly Readonly<Record<string, unknown>>[]>

/**
 * Makes many threads out of one that a store has written into a database of its own, by SQL alone:
 * numbered from one number to another, with its history and turns. Their names are `needle <number>.`,
 * and they are a second apart.
 */
export async function makeManyThreads(
  run: RunSql,
  threadId: string,
  [from, to]: readonly [from: number, to: number],
): Promise<void> {
  const id = 'md5(n::text)::uuid'
  const time = `to_char(timestamp '2026-01-01' + n * interval '1 second',
    'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
  const copy = async (
    table: string,
    which: string,
    changed: Readonly<Record<string, string>>,
  ): Promise<void> => {
    const rows = await run(`SELECT attname::text AS name FROM pg_attribute
      WHERE attrelid = 'threadstore.${table}'::regclass AND attnum > 0 AND NOT attisdropped`)
    const names = rows.map(({ name }) => String(name))
    const values = names.map((name) => changed[name] ?? `o.${name}`)
    await run(`INSERT INTO threadstore.${table} (${names.join(', ')}) SELECT ${values.join(', ')}
      FROM threadstore.${table} o, generate_series(${from + 1}, ${to}) n WHERE ${which}`)
  }
  const own = `o.thread_id = '${threadId}'`
  const [rollout] = await run(`SELECT o.log_id::text FROM threadstore.rollouts o WHERE ${own}`)
  const log = `o.log_id = '${String(rollout?.['log_id'])}'`
  await copy('segments', log, { log_id: id })
  await copy('rollouts', own, { rollout_id: id, thread_id: id, log_id: id })
  await copy('turns', own, { thread_id: id })
  await copy('turn_projections', own, { thread_id: id })
  await copy('threads', own, {
    thread_id: id,
    rollout_id: id,
    record: `replace(replace(o.record, o.thread_id::text, ${id}::text), 'a needle',
      'needle ' || n || '.')`,
    name: `'needle ' || n || '.'`,
    created_at: time,
    updated_at: time,
  })
  await run('ANALYZE')
}
