// Accounts in SQL; the same queries for SQLite and MySQL.
import { type Selectable, sql, type Transaction } from "kysely";
import { parseUserId, type UserId, unixMillis } from "../units.ts";
import { type Credentials, ROLES, type User, usernameKey } from "../users/user.ts";
import type { AuditRecord, NewUser, UserRepository } from "../users/user-repository.ts";
import { guarded, inTransaction } from "./guard.ts";
import { insertAudit } from "./sql-audit.ts";
import { revokeFamilies } from "./sql-refresh-token-repository.ts";
import type { Schema, SqlDatabase, UserAuditTable, UsersTable } from "./schema.ts";

export function sqlUserRepository(database: SqlDatabase): UserRepository {
  const { queries } = database;
  const transaction = <Result>(work: (trx: Transaction<Schema>) => Promise<Result>) =>
    inTransaction(database, work);

  /** The name's uniqueness is the index's business, so that two registrations at once cannot both win. */
  async function unlessTaken<Result>(insert: Promise<Result>): Promise<Result | "username_taken"> {
    try {
      return await insert;
    } catch (error) {
      if (database.isUniqueViolation(error)) return "username_taken" as const;
      throw error;
    }
  }

  /** All admins; nobody else can make or unmake one until the transaction ends. SQLite has one writer anyway. */
  async function lockedAdmins(trx: Transaction<Schema>): Promise<readonly User[]> {
    const admins = trx.selectFrom("users").selectAll().where("role", "=", "admin");
    return (await (database.kind === "mysql" ? admins.forUpdate() : admins).execute()).map(toUser);
  }

  async function changeHash(
    trx: Transaction<Schema>,
    id: UserId,
    from: string,
    to: string,
  ): Promise<boolean> {
    const { numUpdatedRows } = await trx
      .updateTable("users")
      .set({ password_hash: to })
      .where("id", "=", Number(id))
      .where("password_hash", "=", from)
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  }

  return {
    create: (user) => unlessTaken(transaction((trx) => insertUser(trx, user))),

    createFirstAdmin: (user) =>
      unlessTaken(
        transaction(async (trx) => {
          const admins = await lockedAdmins(trx);
          if (admins.length > 0) return "admin_exists" as const;
          return await insertUser(trx, { ...user, role: "admin" });
        }),
      ),

    findById: (id) =>
      guarded(database, async () => {
        const row = await queries
          .selectFrom("users")
          .selectAll()
          .where("id", "=", Number(id))
          .executeTakeFirst();
        return row && toUser(row);
      }),

    findCredentials: (username) =>
      guarded(database, async () => {
        const row = await queries
          .selectFrom("users")
          .selectAll()
          .where("username_key", "=", usernameKey(username))
          .executeTakeFirst();
        // MySQL's "=" overlooks blanks at the end.
        return row?.username_key === usernameKey(username) ? toCredentials(row) : undefined;
      }),

    findCredentialsById: (id) =>
      guarded(database, async () => {
        const row = await queries
          .selectFrom("users")
          .selectAll()
          .where("id", "=", Number(id))
          .executeTakeFirst();
        return row && toCredentials(row);
      }),

    list: ({ before, limit }) =>
      guarded(database, async () => {
        const all = queries.selectFrom("users").selectAll().orderBy("id", "desc").limit(sql.lit(limit));
        const page = before === undefined ? all : all.where("id", "<", Number(before));
        return (await page.execute()).map(toUser);
      }),

    upgradePasswordHash: (id, from, to) => transaction((trx) => changeHash(trx, id, from, to)),

    changePassword: (id, from, to, at) =>
      transaction(async (trx) => {
        if (!(await changeHash(trx, id, from, to))) return false;
        await revokeFamilies(trx, id, at);
        await insertAudit(trx, { at, actor: id, userId: id, action: "password_changed" });
        return true;
      }),

    update: (id, change, by) =>
      transaction(async (trx) => {
        const admins = await lockedAdmins(trx);
        const row = await trx.selectFrom("users").selectAll().where("id", "=", Number(id)).executeTakeFirst();
        if (row === undefined) return "not_found";
        const user = toUser(row);
        const next: User = { ...user, ...change };
        const others = admins.filter((admin) => isActiveAdmin(admin) && admin.id !== id);
        if (isActiveAdmin(user) && !isActiveAdmin(next) && others.length === 0) return "last_admin";
        if (next.role !== user.role) {
          const values = { before: user.role, after: next.role };
          await insertAudit(trx, { ...by, userId: id, action: "role_changed", ...values });
        }
        if (next.disabled !== user.disabled) {
          const values = { before: String(user.disabled), after: String(next.disabled) };
          await insertAudit(trx, { ...by, userId: id, action: "disabled_changed", ...values });
        }
        await trx
          .updateTable("users")
          .set({ role: next.role, disabled: next.disabled ? 1 : 0 })
          .where("id", "=", Number(id))
          .execute();
        const lessTrusted = next.disabled || next.role !== user.role;
        if (lessTrusted) await revokeFamilies(trx, id, by.at);
        return next;
      }),

    audit: (id) =>
      guarded(database, async () => {
        const rows = queries
          .selectFrom("user_audit")
          .selectAll()
          .where("user_id", "=", Number(id))
          .orderBy("id");
        return (await rows.execute()).map(toAuditRecord);
      }),

    revocations: (since) =>
      guarded(database, async () => {
        const rows = queries
          .selectFrom("user_audit")
          .select(["user_id", "at", "action"])
          .where("at", ">=", since)
          .where((eb) =>
            eb.or([
              eb.and([eb("action", "=", "disabled_changed"), eb("after_value", "=", "true")]),
              eb("action", "in", ["role_changed", "password_changed", "logged_out_everywhere"]),
            ]),
          );
        return (await rows.execute()).map((row) => ({
          userId: checkedId(row.user_id),
          at: unixMillis(row.at),
          isDisabled: row.action === "disabled_changed",
        }));
      }),

    ping: () =>
      guarded(database, async () => {
        await sql`select 1`.execute(queries);
      }),
  };
}

async function insertUser(trx: Transaction<Schema>, user: NewUser): Promise<User> {
  const { insertId } = await trx
    .insertInto("users")
    .values({
      username: user.username,
      username_key: usernameKey(user.username),
      role: user.role,
      disabled: 0,
      password_hash: user.passwordHash,
      created_at: user.createdAt,
    })
    .executeTakeFirstOrThrow();
  const id = checkedId(insertId);
  const made = {
    at: user.createdAt,
    actor: undefined,
    userId: id,
    action: "user_created",
    after: user.role,
  } as const;
  await insertAudit(trx, made);
  return { id, username: user.username, role: user.role, disabled: false, createdAt: user.createdAt };
}

function isActiveAdmin(user: User): boolean {
  return user.role === "admin" && !user.disabled;
}

function toUser(row: Selectable<UsersTable>): User {
  const role = ROLES.find((known) => known === row.role);
  if (role === undefined) throw new Error(`user ${row.id} has the role "${row.role}", which does not exist`);
  return {
    id: checkedId(row.id),
    username: row.username,
    role,
    disabled: row.disabled !== 0,
    createdAt: unixMillis(row.created_at),
  };
}

function toCredentials(row: Selectable<UsersTable>): Credentials {
  return { ...toUser(row), passwordHash: row.password_hash };
}

function toAuditRecord(row: Selectable<UserAuditTable>): AuditRecord {
  return {
    at: unixMillis(row.at),
    actor: row.actor === null ? undefined : checkedId(row.actor),
    userId: checkedId(row.user_id),
    action: row.action as AuditRecord["action"],
    before: row.before_value ?? undefined,
    after: row.after_value ?? undefined,
  };
}

function checkedId(value: number | bigint | undefined): UserId {
  const id = parseUserId(String(value));
  if (id === undefined) throw new Error(`the database gave "${value}" as the id of a user`);
  return id;
}
