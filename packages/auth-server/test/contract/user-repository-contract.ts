// What every store of accounts keeps to. A test file hands in a way to open an empty one.
import { beforeEach, describe, expect, it } from "vitest";
import type { RefreshTokenRepository } from "../../src/tokens/refresh-token-repository.ts";
import { parseUserId, type UserId, unixMillis } from "../../src/units.ts";
import type { Role, User } from "../../src/users/user.ts";
import type { UserRepository } from "../../src/users/user-repository.ts";
import { START } from "../fixtures.ts";

export interface Repositories {
  readonly users: UserRepository;
  readonly refreshTokens: RefreshTokenRepository;
}

export function userRepositoryContract(open: () => Promise<Repositories>): void {
  let users: UserRepository;
  let refreshTokens: RefreshTokenRepository;
  beforeEach(async () => {
    ({ users, refreshTokens } = await open());
  });

  const at = START;
  const operator = { actor: undefined, at };

  async function made(username: string, role: Role = "bettor"): Promise<User> {
    const user = await users.create({ username, role, passwordHash: `hash of ${username}`, createdAt: at });
    if (user === "username_taken") throw new Error(`${username} was there already`);
    return user;
  }

  const nobody = (): UserId => {
    const id = parseUserId("987654321");
    if (id === undefined) throw new Error("no id");
    return id;
  };

  async function isLoggedIn(tokenHash: string): Promise<boolean> {
    const next = { tokenHash: `${tokenHash}+`, expiresAt: unixMillis(at + 1000) };
    return typeof (await refreshTokens.rotate(tokenHash, next, at)) !== "string";
  }

  async function loggedIn(user: User): Promise<string> {
    const tokenHash = `token of ${user.username}`;
    const family = { family: `family of ${user.username}`, userId: user.id };
    await refreshTokens.begin(family, { tokenHash, expiresAt: unixMillis(at + 1000) }, at);
    return tokenHash;
  }

  describe("accounts", () => {
    it("are found by id, and by name in whatever case, as they were made", async () => {
      const alice = await made("Alice");
      expect(alice).toEqual({
        id: expect.stringMatching(/^[1-9]\d*$/),
        username: "Alice",
        role: "bettor",
        disabled: false,
        createdAt: at,
      });
      expect(await users.findById(alice.id)).toEqual(alice);
      for (const name of ["Alice", "alice", "ALICE"]) {
        expect(await users.findCredentials(name)).toEqual({ ...alice, passwordHash: "hash of Alice" });
      }
      expect(await users.findCredentialsById(alice.id)).toEqual({ ...alice, passwordHash: "hash of Alice" });
    });

    it("are not found where they are not", async () => {
      await made("alice");
      expect(await users.findById(nobody())).toBeUndefined();
      expect(await users.findCredentialsById(nobody())).toBeUndefined();
      for (const name of ["bob", "", "alice ", "al%", "alic_", "' or '1'='1", "álice", "x".repeat(5000)]) {
        expect(await users.findCredentials(name)).toBeUndefined();
      }
    });

    it("have names that are unique without regard to case", async () => {
      const alice = await made("Alice");
      const again = { role: "bettor", passwordHash: "another", createdAt: at } as const;
      expect(await users.create({ username: "aLICE", ...again })).toBe("username_taken");
      expect(await users.findCredentials("alice")).toEqual({ ...alice, passwordHash: "hash of Alice" });
    });

    it("are made once when many ask for one name together", async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, (_, i) =>
          users.create({ username: "same", role: "bettor", passwordHash: `hash ${i}`, createdAt: at }),
        ),
      );
      expect(outcomes.filter((outcome) => outcome !== "username_taken")).toHaveLength(1);
    });

    it("keep times to the millisecond, far into the future", async () => {
      const createdAt = unixMillis(8_640_000_000_000_000);
      const user = await users.create({ username: "late", role: "bettor", passwordHash: "h", createdAt });
      expect(user).toMatchObject({ createdAt });
      expect(await users.findCredentials("late")).toMatchObject({ createdAt });
    });

    it("are listed newest first, a page at a time", async () => {
      for (let i = 0; i < 5; i += 1) await made(`user${i}`);
      const first = await users.list({ limit: 2 });
      expect(first.map(({ username }) => username)).toEqual(["user4", "user3"]);
      const before = first[1]?.id ?? nobody();
      const rest = await users.list({ before, limit: 10 });
      expect(rest.map(({ username }) => username)).toEqual(["user2", "user1", "user0"]);
    });
  });

  describe("revocations", () => {
    it("are the times that somebody's tokens were to end, from a moment on", async () => {
      const [alice, bob] = [await made("alice"), await made("bob")];
      const later = (milliseconds: number) => unixMillis(at + milliseconds);
      await users.update(alice.id, { disabled: true }, { actor: undefined, at: later(1) });
      await users.update(alice.id, { disabled: false }, { actor: undefined, at: later(2) });
      await users.update(bob.id, { role: "operator" }, { actor: undefined, at: later(3) });
      await users.changePassword(bob.id, "hash of bob", "another", later(4));
      await refreshTokens.logOutEverywhere(bob.id, later(5));
      const found = await users.revocations(at);
      expect(found.toSorted((a, b) => a.at - b.at)).toEqual([
        { userId: alice.id, at: later(1), isDisabled: true },
        { userId: bob.id, at: later(3), isDisabled: false },
        { userId: bob.id, at: later(4), isDisabled: false },
        { userId: bob.id, at: later(5), isDisabled: false },
      ]);
      expect(await users.revocations(at + 5)).toHaveLength(1);
      expect(await users.revocations(at + 6)).toEqual([]);
    });
  });

  describe("the first admin", () => {
    const boss = { username: "boss", passwordHash: "h", createdAt: at };

    it("is made where there is none", async () => {
      await made("alice");
      expect(await users.createFirstAdmin(boss)).toMatchObject({ username: "boss", role: "admin" });
    });

    it("is not made twice", async () => {
      await users.createFirstAdmin(boss);
      expect(await users.createFirstAdmin({ ...boss, username: "boss2" })).toBe("admin_exists");
      expect(await users.findCredentials("boss2")).toBeUndefined();
    });

    it("is never made of an account that somebody else opened", async () => {
      const stranger = await made("BOSS");
      expect(await users.createFirstAdmin(boss)).toBe("username_taken");
      expect(await users.findById(stranger.id)).toEqual(stranger);
    });
  });

  describe("a password hash", () => {
    it("is upgraded only from the one that was read", async () => {
      const { id } = await made("alice");
      expect(await users.upgradePasswordHash(id, "hash of alice", "stronger")).toBe(true);
      expect(await users.upgradePasswordHash(id, "hash of alice", "late")).toBe(false);
      expect(await users.findCredentialsById(id)).toMatchObject({ passwordHash: "stronger" });
    });

    it("ends the user's logins when the user changes it, and nobody else's", async () => {
      const alice = await made("alice");
      const [mine, other] = [await loggedIn(alice), await loggedIn(await made("bob"))];
      expect(await users.changePassword(alice.id, "not the hash", "new", at)).toBe(false);
      expect(await users.changePassword(alice.id, "hash of alice", "new", at)).toBe(true);
      expect(await users.findCredentialsById(alice.id)).toMatchObject({ passwordHash: "new" });
      expect(await isLoggedIn(mine)).toBe(false);
      expect(await isLoggedIn(other)).toBe(true);
    });

    it("survives a change that was refused, logins included", async () => {
      const alice = await made("alice");
      const mine = await loggedIn(alice);
      await users.changePassword(alice.id, "not the hash", "new", at);
      expect(await users.findCredentialsById(alice.id)).toMatchObject({ passwordHash: "hash of alice" });
      expect(await isLoggedIn(mine)).toBe(true);
    });
  });

  describe("a change by an admin", () => {
    it("is kept, with a record of who made it and what was before", async () => {
      const admin = await made("admin", "admin");
      const alice = await made("alice");
      const by = { actor: admin.id, at: unixMillis(at + 5) };
      expect(await users.update(alice.id, { role: "operator" }, by)).toEqual({ ...alice, role: "operator" });
      expect(await users.update(alice.id, { disabled: true }, by)).toMatchObject({ disabled: true });
      expect(await users.findById(alice.id)).toEqual({ ...alice, role: "operator", disabled: true });
      const about = { userId: alice.id, ...by };
      expect(await users.audit(alice.id)).toEqual([
        {
          userId: alice.id,
          actor: undefined,
          at,
          action: "user_created",
          before: undefined,
          after: "bettor",
        },
        { ...about, action: "role_changed", before: "bettor", after: "operator" },
        { ...about, action: "disabled_changed", before: "false", after: "true" },
      ]);
    });

    it.each([{ disabled: true }, { role: "operator" }] as const)(
      "%o ends the user's logins",
      async (change) => {
        const alice = await made("alice");
        const token = await loggedIn(alice);
        await users.update(alice.id, change, operator);
        expect(await isLoggedIn(token)).toBe(false);
      },
    );

    it("that changes nothing leaves logins and records alone", async () => {
      const alice = await made("alice");
      const token = await loggedIn(alice);
      expect(await users.update(alice.id, { role: "bettor", disabled: false }, operator)).toEqual(alice);
      expect(await isLoggedIn(token)).toBe(true);
      expect(await users.audit(alice.id)).toHaveLength(1);
    });

    it("of nobody says so", async () => {
      expect(await users.update(nobody(), { role: "admin" }, operator)).toBe("not_found");
    });

    it("never leaves the house without an admin who can log in", async () => {
      const one = await made("one", "admin");
      const two = await made("two", "admin");
      expect(await users.update(two.id, { disabled: true }, operator)).toMatchObject({ disabled: true });
      expect(await users.update(one.id, { role: "bettor" }, operator)).toBe("last_admin");
      expect(await users.update(one.id, { disabled: true }, operator)).toBe("last_admin");
      expect(await users.findById(one.id)).toEqual(one);
      await users.update(two.id, { disabled: false }, operator);
      expect(await users.update(one.id, { role: "bettor" }, operator)).toMatchObject({ role: "bettor" });
    });
  });

  it("answers a ping", async () => {
    await expect(users.ping()).resolves.toBeUndefined();
  });
}
