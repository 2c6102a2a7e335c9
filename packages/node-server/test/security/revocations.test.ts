import { userId } from "@quorumbook/betting-core";
import { describe, expect, it } from "vitest";
import { Revocations } from "../../src/security/revocations.ts";

const ANN = { userId: userId("7"), role: "bettor", expiresAt: 0 } as const;

function revocations() {
  const told: unknown[] = [];
  const failures: unknown[] = [];
  let answer: () => unknown = () => ({ items: [] });
  const list = new Revocations({
    url: new URL("http://auth.invalid/internal/revocations"),
    onRevoked: (users) => told.push(users),
    onFailure: (error) => failures.push(error),
    fetchList: async () => answer(),
  });
  return {
    list,
    told,
    failures,
    hear: async (next: () => unknown) => {
      answer = next;
      await list.ask();
    },
  };
}

const fails = (): never => {
  throw new TypeError("fetch failed");
};

describe("revocations", () => {
  it("void a user's tokens from before the moment, and nobody else's", async () => {
    const { list, hear } = revocations();
    expect(list.isRevoked({ ...ANN, issuedAt: 99 })).toBe(false);
    await hear(() => ({ items: [{ userId: "7", notBefore: 100 }] }));
    expect(list.isRevoked({ ...ANN, issuedAt: 99 })).toBe(true);
    expect(list.isRevoked({ ...ANN, issuedAt: 100 })).toBe(false);
    expect(list.isRevoked({ ...ANN, userId: userId("8"), issuedAt: 99 })).toBe(false);
  });

  it("are told once, and again only when they go further", async () => {
    const { told, hear } = revocations();
    const at = (notBefore: number) => () => ({ items: [{ userId: "7", notBefore }] });
    await hear(at(100));
    await hear(at(100));
    expect(told).toEqual([["7"]]);
    await hear(at(101));
    expect(told).toHaveLength(2);
  });

  it("hold while auth-server does not answer, and while it answers something else", async () => {
    const { list, failures, hear } = revocations();
    await hear(() => ({ items: [{ userId: "7", notBefore: 100 }] }));
    const garbage = [fails, () => "<html>", () => ({ items: [{ userId: "", notBefore: 1 }] })];
    for (const answer of garbage) {
      await hear(answer);
      expect(list.isRevoked({ ...ANN, issuedAt: 99 })).toBe(true);
    }
    // One complaint, not one every few seconds.
    expect(failures).toHaveLength(1);
    await hear(() => ({ items: [] }));
    await hear(fails);
    expect(failures).toHaveLength(2);
  });
});
