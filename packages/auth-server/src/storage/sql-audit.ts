// The record of changes to accounts, in SQL.
import type { Transaction } from "kysely";
import type { AuditRecord } from "../users/user-repository.ts";
import type { Schema } from "./schema.ts";

/** Keeps a record of a change, as part of its transaction. */
export async function insertAudit(
  trx: Transaction<Schema>,
  record: Pick<AuditRecord, "at" | "actor" | "userId" | "action"> & { before?: string; after?: string },
): Promise<void> {
  await trx
    .insertInto("user_audit")
    .values({
      at: record.at,
      actor: record.actor === undefined ? null : Number(record.actor),
      user_id: Number(record.userId),
      action: record.action,
      before_value: record.before ?? null,
      after_value: record.after ?? null,
    })
    .execute();
}
