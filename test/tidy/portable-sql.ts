import type { Finding, SourceFile } from './source-file.js'
import { descendants, isString } from './syntax-tree.js'
import { type Exception, staleExceptions } from './exceptions.js'

const TABLE = 'test/tidy/portable-sql.ts'

/** The tables that can be spread over servers, and the columns of their keys. */
const SPREAD: Readonly<Record<string, readonly string[]>> = {
  threads: ['namespace', 'thread_id'],
  rollouts: ['namespace', 'rollout_id'],
  segments: ['namespace', 'log_id', 'first_byte'],
  turns: ['namespace', 'thread_id', 'position'],
  turn_projections: ['namespace', 'thread_id'],
}

/** A construct that some database or pooler we mean to work with does not have. */
interface SqlBan {
  readonly construct: RegExp
  readonly use: string
  readonly because: string
  readonly allowed?: readonly Exception[]
}

const SQL_BANS: readonly SqlBan[] = [
  {
    construct: /ON CONFLICT \(/,
    use: 'ON CONFLICT DO NOTHING',
    because: 'a table with partitions on other servers has no unique index to name',
  },
  {
    construct: /\b(?:clock_timestamp|statement_timestamp|random|gen_random_uuid|nextval)\(/,
    use: 'now(), or a parameter',
    because: 'Citus refuses volatile functions in what changes a distributed table',
    allowed: [
      { file: 'src/stores/postgres/arrival/sent-log.ts', because: 'the table is never spread' },
    ],
  },
  {
    construct: /\bpg_(?:try_)?advisory_(?:un)?lock(?:_shared)?\(/,
    use: 'a lock that ends with the transaction',
    because: 'behind pgbouncer a session is whoever comes next; CockroachDB has none',
    allowed: [
      {
        file: 'src/stores/postgres/driver/held-keys.ts',
        because: 'on a connection of its own, and takeover falls back on the lease',
      },
    ],
  },
  {
    construct: /^\s*(?:SET|LISTEN|NOTIFY|DECLARE|PREPARE|CREATE TEMP\w*)\b/,
    use: 'nothing that outlives a transaction',
    because: 'behind pgbouncer a session is whoever comes next',
  },
  {
    construct: /\b(?:ctid|xmin|xmax|tableoid)\b/,
    use: 'the key',
    because: 'such columns are local to a server, or absent',
  },
  {
    construct: /\b(?:TRIGGER|REFERENCES|FOREIGN KEY|SERIAL|GENERATED)\b/i,
    use: 'nothing that reaches from one row to another',
    because: 'the rows may be on different servers',
  },
]

/** What the SQL of the PostgreSQL store must not ask of a database, to run on several servers. */
export function checkPortableSql(
  files: readonly SourceFile[],
  bans: readonly SqlBan[] = SQL_BANS,
): Finding[] {
  const statements = files.flatMap(statementsIn)
  return [
    ...bans.flatMap((ban) => checkBan(statements, ban)),
    ...statements.flatMap(checkNamespace),
    ...statements.flatMap(checkKeys),
  ]
}

interface Statement {
  readonly file: string
  readonly line: number
  readonly sql: string
}

function statementsIn(file: SourceFile): Statement[] {
  return [...descendants(file.program)]
    .filter((node) => node.type === 'TemplateLiteral' || isString(node))
    .map((node) => ({
      file: file.path,
      line: file.lineOf(node),
      sql: file.text.slice(node.start + 1, node.end - 1),
    }))
    .filter(({ sql }) => /^\s*(?:SELECT|INSERT|UPDATE|DELETE|WITH|CREATE|ALTER|SET)\s/.test(sql))
}

function checkBan(statements: readonly Statement[], ban: SqlBan): Finding[] {
  const { construct, use, because, allowed = [] } = ban
  const breakers = statements.filter(({ sql }) => construct.test(sql))
  return [
    ...breakers
      .filter(({ file }) => !allowed.some((exception) => exception.file === file))
      .map(({ file, line }) => ({
        file,
        line,
        message: `${construct.source} is banned, use ${use}: ${because}`,
      })),
    ...staleExceptions(
      TABLE,
      allowed,
      breakers.map(({ file }) => file),
    ),
  ]
}

/** A statement that does not name the namespace would ask every server. */
function checkNamespace({ file, line, sql }: Statement): Finding[] {
  const read = [...sql.matchAll(/\b(?:FROM|JOIN|UPDATE|USING) threadstore\.(\w+)/g)]
  const spread = read.filter(([, name = '']) => name in SPREAD)
  const named = sql.match(/\bnamespace = (?:\$|\w+\.namespace)/g)?.length ?? 0
  if (spread.length <= named || /^\s*(?:CREATE|ALTER)/.test(sql)) return []
  const message = `a table without its namespace is banned, use namespace = $1 for each of them`
  return [{ file, line, message }]
}

/** A row whose key changes would have to move to another server. */
function checkKeys({ file, line, sql }: Statement): Finding[] {
  const updates = sql.matchAll(/UPDATE threadstore\.(\w+)(?: \w+)? SET ([^]*?)\b(?:FROM|WHERE)\b/g)
  return [...updates].flatMap(([, name = '', assignments = '']) =>
    (SPREAD[name] ?? [])
      .filter((key) => new RegExp(`(?:^|[(,]\\s*)${key}\\b[^,]*=`).test(assignments))
      .map((key) => ({
        file,
        line,
        message: `changing ${key} of ${name} is banned, use DELETE and INSERT`,
      })),
  )
}
