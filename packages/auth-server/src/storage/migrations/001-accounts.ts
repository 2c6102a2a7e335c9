// Accounts, refresh tokens in families, and the record of changes.
//
// Each statement may be repeated: DDL commits by itself here, so a process killed half-way comes by again on its
// next start.
import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import type { SqlDatabase } from "../schema.ts";

/** What the two databases write differently. */
const DIALECTS = {
  sqlite: {
    // Without AUTOINCREMENT SQLite gives the id of a deleted row again; a user's id must never come back.
    id: "integer primary key autoincrement",
    reference: "integer",
    exact: "",
    end: "",
    inlineIndexes: false,
  },
  mysql: {
    id: "integer unsigned not null auto_increment primary key",
    reference: "integer unsigned",
    // Compared by code point, whatever the server's default collation is. What is kept here is ASCII, but what it
    // is compared with need not be, and an ASCII column refuses such a comparison.
    exact: "character set utf8mb4 collate utf8mb4_bin",
    end: "engine = InnoDB",
    inlineIndexes: true,
  },
} as const;

export function accounts(kind: SqlDatabase["kind"]): Migration {
  const { id, reference, exact, end, inlineIndexes } = DIALECTS[kind];
  const index = (name: string, column: string) => (inlineIndexes ? `, key ${name} (${column})` : "");
  const statements = [
    `create table if not exists users (
       id ${id},
       username varchar(32) ${exact} not null,
       username_key varchar(32) ${exact} not null unique,
       role varchar(16) ${exact} not null,
       disabled integer not null,
       password_hash varchar(255) ${exact} not null,
       created_at bigint not null
     ) ${end}`,
    `create table if not exists refresh_families (
       family varchar(64) ${exact} not null primary key,
       user_id ${reference} not null,
       revoked_at bigint,
       expires_at bigint not null,
       foreign key (user_id) references users (id)
       ${index("refresh_families_expires_at", "expires_at")}
     ) ${end}`,
    `create table if not exists refresh_tokens (
       token_hash varchar(64) ${exact} not null primary key,
       family varchar(64) ${exact} not null,
       expires_at bigint not null,
       used_at bigint,
       foreign key (family) references refresh_families (family) on delete cascade
     ) ${end}`,
    `create table if not exists user_audit (
       id ${id},
       at bigint not null,
       actor ${reference},
       user_id ${reference} not null,
       action varchar(32) ${exact} not null,
       before_value varchar(64) ${exact},
       after_value varchar(64) ${exact},
       foreign key (user_id) references users (id)
     ) ${end}`,
    // MySQL makes an index for each foreign key by itself.
    ...(inlineIndexes
      ? []
      : [
          "create index if not exists refresh_families_user_id on refresh_families (user_id)",
          "create index if not exists refresh_families_expires_at on refresh_families (expires_at)",
          "create index if not exists refresh_tokens_family on refresh_tokens (family)",
          "create index if not exists user_audit_user_id on user_audit (user_id)",
        ]),
  ];
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      for (const statement of statements) await sql.raw(statement).execute(db);
    },
  };
}
