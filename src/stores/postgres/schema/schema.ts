import { versionTwo } from './schema-2.js'
import { versionThree } from './schema-3.js'
import type { SchemaVersion } from './schema-version.js'

/**
 * Every schema version, oldest first. There are no triggers and no foreign keys, and every primary
 * key begins with the namespace, so that the tables can be spread over servers.
 *
 * `threads.record` is the truth about a thread: JSON text in which nothing is lost, not even what a
 * text column cannot hold. The columns beside it are for filters, order and people; a character
 * that `text` refuses stands there as U+FFFD. Times are text too, as in the interface: they sort as
 * they are written, and the year 0000 is one of them.
 *
 * A rollout's bytes are its log: segments under a log id of their own, so that they can arrive
 * before the rollout is seen and be replaced while somebody reads. The id of one that arrives in parts
 * begins with a hash of what it is for (`sent-log.ts`). A segment is at most 1 MiB
 * before compression (`codec` 0: none, 1: zstd); an item is counted in the segment in which its line
 * ends, and `first_ordinal` is that of the next item to end there or later. Row-level security lets a role that does not own
 * the tables see the namespaces that `members` gives it.
 */
export const schemaVersions: readonly SchemaVersion[] = [
  {
    version: 1,
    statements: [
      `CREATE TABLE threadstore.schema_versions (
        version integer PRIMARY KEY,
        applied_at timestamptz NOT NULL DEFAULT now()
      )`,
      `CREATE TABLE threadstore.threads (
        namespace text COLLATE "C" NOT NULL,
        thread_id uuid NOT NULL,
        rollout_id uuid NOT NULL,
        record text COLLATE "C" NOT NULL,
        archived boolean NOT NULL,
        created_at text COLLATE "C" NOT NULL,
        updated_at text COLLATE "C" NOT NULL,
        source text COLLATE "C" NOT NULL,
        model_provider text COLLATE "C" NOT NULL,
        cwd text COLLATE "C" NOT NULL,
        name text COLLATE "C",
        title text COLLATE "C",
        preview text COLLATE "C" NOT NULL,
        first_user_message text COLLATE "C",
        PRIMARY KEY (namespace, thread_id)
      )`,
      `CREATE INDEX threads_by_creation
        ON threadstore.threads (namespace, archived, created_at, thread_id)`,
      `CREATE INDEX threads_by_update
        ON threadstore.threads (namespace, archived, updated_at, thread_id)`,
      `CREATE TABLE threadstore.rollouts (
        namespace text COLLATE "C" NOT NULL,
        rollout_id uuid NOT NULL,
        thread_id uuid NOT NULL,
        position integer NOT NULL,
        history_mode text COLLATE "C" NOT NULL,
        base_rollout_id uuid,
        base_end_ordinal bigint,
        base_end_byte bigint,
        log_id uuid NOT NULL,
        byte_count bigint NOT NULL,
        item_count bigint NOT NULL,
        end_ordinal bigint NOT NULL,
        ends_line boolean NOT NULL,
        sha256 text COLLATE "C",
        file text COLLATE "C",
        fingerprint text COLLATE "C",
        writer_token bigint NOT NULL DEFAULT 0,
        writer_handle bigint,
        writer_name text COLLATE "C",
        writer_expires_at timestamptz,
        PRIMARY KEY (namespace, rollout_id)
      ) WITH (fillfactor = 70)`,
      `CREATE INDEX rollouts_by_thread
        ON threadstore.rollouts (namespace, thread_id, position)`,
      `CREATE INDEX rollouts_by_base
        ON threadstore.rollouts (namespace, base_rollout_id) WHERE base_rollout_id IS NOT NULL`,
      `CREATE TABLE threadstore.segments (
        namespace text COLLATE "C" NOT NULL,
        log_id uuid NOT NULL,
        first_byte bigint NOT NULL,
        byte_count integer NOT NULL,
        first_ordinal bigint NOT NULL,
        item_count integer NOT NULL,
        starts_line boolean NOT NULL,
        codec smallint NOT NULL,
        bytes bytea NOT NULL,
        PRIMARY KEY (namespace, log_id, first_byte)
      )`,
      'ALTER TABLE threadstore.segments ALTER COLUMN bytes SET STORAGE EXTERNAL',
      `CREATE TABLE threadstore.arriving_logs (
        namespace text COLLATE "C" NOT NULL,
        log_id uuid NOT NULL,
        seen_at timestamptz NOT NULL,
        PRIMARY KEY (namespace, log_id)
      )`,
      `CREATE TABLE threadstore.members (
        namespace text COLLATE "C" NOT NULL,
        role_name name NOT NULL,
        PRIMARY KEY (namespace, role_name)
      )`,
      ...['threads', 'rollouts', 'segments', 'arriving_logs'].flatMap((table) => [
        `ALTER TABLE threadstore.${table} ENABLE ROW LEVEL SECURITY`,
        `CREATE POLICY members_only ON threadstore.${table} USING (namespace = ANY (ARRAY(
          SELECT m.namespace FROM threadstore.members m WHERE m.role_name = current_user)))`,
      ]),
    ],
  },
  versionTwo,
  versionThree,
]
