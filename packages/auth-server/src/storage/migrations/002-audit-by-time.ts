// An index for the question what has changed lately.
import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import type { SqlDatabase } from "../schema.ts";

export function auditByTime(kind: SqlDatabase["kind"]): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      // MySQL has no "if not exists" for an index, and a process killed half-way comes by again.
      if (kind === "mysql" && (await hasIndexInMysql(db))) return;
      const unlessThere = kind === "mysql" ? "" : "if not exists";
      await sql.raw(`create index ${unlessThere} user_audit_at on user_audit (at)`).execute(db);
    },
  };
}

async function hasIndexInMysql(db: Kysely<unknown>): Promise<boolean> {
  const found = await sql`select 1 from information_schema.statistics
    where table_schema = database() and table_name = 'user_audit' and index_name = 'user_audit_at'`.execute(
    db,
  );
  return found.rows.length > 0;
}
