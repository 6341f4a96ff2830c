import type { SchemaVersion } from './schema-version.js'

const tables = ['turns', 'turn_projections'] as const

/**
 * Turns beside the histories they are folded from. What stands here can be deleted at any time: it is
 * written again. `turn` and `contents` are JSON text in which nothing is lost; the columns beside them are
 * for people. `turn_projections` says up to which byte of which logs a thread's turns are folded.
 *
 * Whoever was granted something on the threads is granted the same on their turns, so that roles go on
 * working. `turn_list` is a view: in PostgreSQL 14 it reads with the rights of its owner, so it asks
 * itself whose namespaces may be seen, before it lets any other condition see a row.
 */
export const versionTwo: SchemaVersion = {
  version: 2,
  statements: [
    `CREATE TABLE threadstore.turns (
      namespace text COLLATE "C" NOT NULL,
      thread_id uuid NOT NULL,
      position integer NOT NULL,
      turn_key uuid NOT NULL,
      turn text COLLATE "C" NOT NULL,
      contents text COLLATE "C" NOT NULL,
      turn_id text COLLATE "C" NOT NULL,
      status text COLLATE "C" NOT NULL,
      started_at text COLLATE "C",
      completed_at text COLLATE "C",
      duration_ms double precision,
      first_user_text text COLLATE "C",
      item_count integer NOT NULL,
      input_tokens bigint,
      cached_input_tokens bigint,
      output_tokens bigint,
      reasoning_output_tokens bigint,
      total_tokens bigint,
      PRIMARY KEY (namespace, thread_id, position)
    )`,
    'CREATE INDEX turns_by_key ON threadstore.turns (namespace, thread_id, turn_key)',
    `CREATE TABLE threadstore.turn_projections (
      namespace text COLLATE "C" NOT NULL,
      thread_id uuid NOT NULL,
      version integer NOT NULL,
      lineage text COLLATE "C" NOT NULL,
      byte_count bigint NOT NULL,
      ends_line boolean NOT NULL,
      item_count bigint NOT NULL,
      closed_count integer NOT NULL,
      is_open boolean NOT NULL,
      PRIMARY KEY (namespace, thread_id)
    )`,
    ...tables.flatMap((table) => [
      `ALTER TABLE threadstore.${table} ENABLE ROW LEVEL SECURITY`,
      `CREATE POLICY members_only ON threadstore.${table} USING (namespace = ANY (ARRAY(
        SELECT m.namespace FROM threadstore.members m WHERE m.role_name = current_user)))`,
    ]),
    `CREATE VIEW threadstore.turn_list WITH (security_barrier) AS
      SELECT t.namespace, t.thread_id, t.position, t.turn_id, t.status, t.started_at, t.completed_at,
        t.duration_ms, t.first_user_text, t.item_count, t.input_tokens, t.cached_input_tokens,
        t.output_tokens, t.reasoning_output_tokens, t.total_tokens,
        t.total_tokens - coalesce(max(t.total_tokens) OVER (
          PARTITION BY t.namespace, t.thread_id ORDER BY t.position
          ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS turn_tokens,
        r.byte_count = p.byte_count
          AND right(p.lineage, 41) = concat('["', r.log_id, '"]]') AS is_current
      FROM threadstore.turns t
      JOIN threadstore.turn_projections p
        ON p.namespace = t.namespace AND p.thread_id = t.thread_id
      JOIN threadstore.threads h ON h.namespace = t.namespace AND h.thread_id = t.thread_id
      JOIN threadstore.rollouts r ON r.namespace = h.namespace AND r.rollout_id = h.rollout_id
      WHERE p.version = 1 AND (NOT row_security_active('threadstore.turns')
        OR t.namespace = ANY (ARRAY(
          SELECT m.namespace FROM threadstore.members m WHERE m.role_name = current_user)))`,
    `DO $$
      DECLARE held record;
      BEGIN
        FOR held IN
          SELECT a.grantee, a.privilege_type AS privilege
            FROM pg_class c CROSS JOIN aclexplode(c.relacl) a
            WHERE c.oid = 'threadstore.threads'::regclass AND a.grantee <> c.relowner
        LOOP
          EXECUTE format('GRANT %s ON threadstore.turns, threadstore.turn_projections TO %s',
            held.privilege, CASE WHEN held.grantee = 0 THEN 'PUBLIC'
              ELSE quote_ident(pg_get_userbyid(held.grantee)) END);
          IF held.privilege = 'SELECT' THEN
            EXECUTE format('GRANT SELECT ON threadstore.turn_list TO %s',
              CASE WHEN held.grantee = 0 THEN 'PUBLIC'
                ELSE quote_ident(pg_get_userbyid(held.grantee)) END);
          END IF;
        END LOOP;
      END $$`,
  ],
}
