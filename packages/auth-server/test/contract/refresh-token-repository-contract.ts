// What every store of refresh tokens keeps to.
import { beforeEach, describe, expect, it } from "vitest";
import type { RefreshTokenRepository } from "../../src/tokens/refresh-token-repository.ts";
import { type UserId, unixMillis } from "../../src/units.ts";
import { START } from "../fixtures.ts";
import type { UserRepository } from "../../src/users/user-repository.ts";
import type { Repositories } from "./user-repository-contract.ts";

export function refreshTokenRepositoryContract(open: () => Promise<Repositories>): void {
  let users: UserRepository;
  let tokens: RefreshTokenRepository;
  let userId: UserId;
  let otherId: UserId;
  beforeEach(async () => {
    const opened = await open();
    users = opened.users;
    tokens = opened.refreshTokens;
    const idOf = async (username: string) => {
      const user = await users.create({ username, role: "bettor", passwordHash: "h", createdAt: START });
      if (user === "username_taken") throw new Error("the store was not empty");
      return user.id;
    };
    userId = await idOf("alice");
    otherId = await idOf("bob");
  });

  const later = (milliseconds: number) => unixMillis(START + milliseconds);
  const token = (tokenHash: string, lifeMs = 1000) => ({ tokenHash, expiresAt: later(lifeMs) });
  const begin = (family: string, tokenHash: string, owner = userId) =>
    tokens.begin({ family, userId: owner }, token(tokenHash), START);

  describe("a refresh token", () => {
    it("is exchanged for the next, which is exchanged for the one after", async () => {
      await begin("f", "t1");
      expect(await tokens.rotate("t1", token("t2"), START)).toEqual({ family: "f", userId });
      expect(await tokens.rotate("t2", token("t3"), START)).toEqual({ family: "f", userId });
    });

    it("is unknown if it was never given out", async () => {
      await begin("f", "t1");
      for (const hash of ["t2", "T1", "t1 ", ""]) {
        expect(await tokens.rotate(hash, token("next"), START)).toBe("unknown");
      }
    });

    it("ends its family when it is used a second time", async () => {
      await begin("f", "t1");
      await begin("g", "u1");
      await tokens.rotate("t1", token("t2"), START);
      expect(await tokens.rotate("t1", token("t3"), START)).toBe("reused");
      expect(await tokens.rotate("t2", token("t4"), START)).toBe("unknown");
      expect(await tokens.rotate("t3", token("t5"), START)).toBe("unknown");
      expect(await tokens.rotate("u1", token("u2"), START)).toEqual({ family: "g", userId });
    });

    it("is exchanged once when it is used many times together", async () => {
      await begin("f", "t1");
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, (_, i) => tokens.rotate("t1", token(`next${i}`), START)),
      );
      expect(outcomes.filter((outcome) => typeof outcome !== "string")).toHaveLength(1);
    });

    it("is unknown from the moment it expires", async () => {
      await begin("f", "t1");
      expect(await tokens.rotate("t1", token("t2", 5000), later(1000))).toBe("unknown");
      expect(await tokens.rotate("t1", token("t2", 5000), later(999))).toEqual({ family: "f", userId });
      expect(await tokens.rotate("t2", token("t3", 9000), later(4999))).toEqual({ family: "f", userId });
    });

    it("is forgotten after its family has expired, and no sooner", async () => {
      await begin("f", "t1");
      await tokens.rotate("t1", token("t2", 5000), START);
      await tokens.begin({ family: "g", userId }, token("u1", 9000), later(4999));
      expect(await tokens.rotate("t1", token("x", 9000), later(500))).toBe("reused");
      await tokens.begin({ family: "h", userId }, token("v1", 9000), later(5000));
      // A forgotten name can be taken again, a remembered one cannot.
      await tokens.begin({ family: "f", userId }, token("t1", 9000), later(5000));
      await expect(tokens.begin({ family: "g", userId }, token("w1", 9000), later(5000))).rejects.toThrow();
    });
  });

  describe("ending logins", () => {
    it("everywhere is on record, with the user who asked", async () => {
      await begin("f", "t1");
      await tokens.logOutEverywhere(userId, later(7));
      const record = { at: later(7), actor: userId, userId, action: "logged_out_everywhere" };
      expect((await users.audit(userId)).at(-1)).toEqual({ ...record, before: undefined, after: undefined });
    });

    it("ends the family of a token, used or not, and no other", async () => {
      await begin("f", "t1");
      await begin("g", "u1");
      await tokens.rotate("t1", token("t2"), START);
      await tokens.revokeFamilyOf("t1", START);
      expect(await tokens.rotate("t2", token("t3"), START)).toBe("unknown");
      expect(await tokens.rotate("u1", token("u2"), START)).toEqual({ family: "g", userId });
    });

    it("does nothing for a token that is none", async () => {
      await begin("f", "t1");
      await tokens.revokeFamilyOf("else", START);
      expect(await tokens.rotate("t1", token("t2"), START)).toEqual({ family: "f", userId });
    });

    it("ends all of a user's families and nobody else's", async () => {
      await begin("f", "t1");
      await begin("g", "u1");
      await begin("h", "v1", otherId);
      await tokens.logOutEverywhere(userId, START);
      expect(await tokens.rotate("t1", token("t2"), START)).toBe("unknown");
      expect(await tokens.rotate("u1", token("u2"), START)).toBe("unknown");
      expect(await tokens.rotate("v1", token("v2"), START)).toEqual({ family: "h", userId: otherId });
    });
  });
}
