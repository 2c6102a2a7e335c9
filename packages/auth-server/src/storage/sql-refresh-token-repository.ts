// Refresh tokens in SQL; the same queries for SQLite and MySQL.
import { sql, type Transaction } from "kysely";
import type { RefreshTokenRepository } from "../tokens/refresh-token-repository.ts";
import { parseUserId, type UnixMillis, type UserId } from "../units.ts";
import { inTransaction } from "./guard.ts";
import { insertAudit } from "./sql-audit.ts";
import type { Schema, SqlDatabase } from "./schema.ts";

/** Expired families forgotten at each login: more than a login adds, so that the table shrinks by itself. */
const FORGET_BATCH = 10;

export function sqlRefreshTokenRepository(database: SqlDatabase): RefreshTokenRepository {
  const transaction = <Result>(work: (trx: Transaction<Schema>) => Promise<Result>) =>
    inTransaction(database, work);

  return {
    begin: ({ family, userId }, { tokenHash, expiresAt }, at) =>
      transaction(async (trx) => {
        await forgetExpired(trx, at);
        const expires_at = expiresAt;
        await trx
          .insertInto("refresh_families")
          .values({ family, user_id: Number(userId), expires_at })
          .execute();
        await trx
          .insertInto("refresh_tokens")
          .values({ token_hash: tokenHash, family, expires_at })
          .execute();
      }),

    rotate: (usedHash, next, at) =>
      transaction(async (trx) => {
        const found = await trx
          .selectFrom("refresh_tokens as token")
          .innerJoin("refresh_families as family", "family.family", "token.family")
          .select([
            "token.token_hash",
            "token.family",
            "token.expires_at",
            "token.used_at",
            "family.user_id",
            "family.revoked_at",
          ])
          .where("token.token_hash", "=", usedHash)
          .executeTakeFirst();
        // MySQL's "=" overlooks blanks at the end, so what it found is compared once more.
        if (found?.token_hash !== usedHash || found.revoked_at !== null || found.expires_at <= at)
          return "unknown";
        const { numUpdatedRows } = await trx
          .updateTable("refresh_tokens")
          .set({ used_at: at })
          .where("token_hash", "=", usedHash)
          .where("used_at", "is", null)
          .executeTakeFirstOrThrow();
        // The condition, not the row read before, decides: another transaction may have been between the two.
        if (numUpdatedRows !== 1n) {
          await revokeFamily(trx, found.family, at);
          return "reused";
        }
        const { tokenHash, expiresAt: expires_at } = next;
        const { family } = found;
        await trx
          .insertInto("refresh_tokens")
          .values({ token_hash: tokenHash, family, expires_at })
          .execute();
        await trx.updateTable("refresh_families").set({ expires_at }).where("family", "=", family).execute();
        const userId = parseUserId(String(found.user_id));
        if (userId === undefined) throw new Error(`family ${family} belongs to user "${found.user_id}"`);
        return { family, userId };
      }),

    revokeFamilyOf: (tokenHash, at) =>
      transaction(async (trx) => {
        const found = await trx
          .selectFrom("refresh_tokens")
          .select(["token_hash", "family"])
          .where("token_hash", "=", tokenHash)
          .executeTakeFirst();
        if (found?.token_hash === tokenHash) await revokeFamily(trx, found.family, at);
      }),

    logOutEverywhere: (userId, at) =>
      transaction(async (trx) => {
        await revokeFamilies(trx, userId, at);
        await insertAudit(trx, { at, actor: userId, userId, action: "logged_out_everywhere" });
      }),
  };
}

/** Ends all families of a user, as part of a larger transaction. */
export async function revokeFamilies(
  trx: Transaction<Schema>,
  userId: UserId,
  at: UnixMillis,
): Promise<void> {
  await trx
    .updateTable("refresh_families")
    .set({ revoked_at: at })
    .where("user_id", "=", Number(userId))
    .where("revoked_at", "is", null)
    .execute();
}

async function revokeFamily(trx: Transaction<Schema>, family: string, at: UnixMillis): Promise<void> {
  await trx
    .updateTable("refresh_families")
    .set({ revoked_at: at })
    .where("family", "=", family)
    .where("revoked_at", "is", null)
    .execute();
}

async function forgetExpired(trx: Transaction<Schema>, at: UnixMillis): Promise<void> {
  const expired = await trx
    .selectFrom("refresh_families")
    .select("family")
    .where("expires_at", "<=", at)
    .orderBy("expires_at")
    .limit(sql.lit(FORGET_BATCH))
    .execute();
  for (const { family } of expired) {
    await trx.deleteFrom("refresh_tokens").where("family", "=", family).execute();
    await trx.deleteFrom("refresh_families").where("family", "=", family).execute();
  }
}
