import { describe, expect, it } from "vitest";
import { createPasswordHasher, HASH_COST } from "../../src/passwords/password-hasher.ts";
import { CHEAP } from "../fixtures.ts";

describe("the password hasher", () => {
  it("hashes with argon2id at the cost that OWASP asks for at least, unless told otherwise", async () => {
    const hasher = await createPasswordHasher();
    expect(HASH_COST).toEqual({ memoryKiB: 19_456, passes: 2, lanes: 1 });
    expect(await hasher.hash("secret")).toMatch(/^\$argon2id\$v=19\$m=19456,p=1,t=2\$/);
  });

  it("salts, so that the same password never gives the same hash", async () => {
    const hasher = await createPasswordHasher(CHEAP);
    expect(await hasher.hash("secret")).not.toBe(await hasher.hash("secret"));
  });

  it("knows a password again, however its letters are composed", async () => {
    const hasher = await createPasswordHasher(CHEAP);
    const composed = await hasher.hash("caf\u00e9 au lait");
    expect(await hasher.verify(composed, "cafe\u0301 au lait")).toBe(true);
    expect(await hasher.verify(composed, "cafe au lait")).toBe(false);
  });

  it("takes no password for somebody who does not exist", async () => {
    const hasher = await createPasswordHasher(CHEAP);
    expect(await hasher.verify(undefined, "")).toBe(false);
  });

  it("calls a hash outdated when any part of its cost is below today's, and never when above", async () => {
    const today = await createPasswordHasher({ memoryKiB: 128, passes: 2, lanes: 2 });
    const made = async (memoryKiB: number, passes: number, lanes: number) =>
      (await createPasswordHasher({ memoryKiB, passes, lanes })).hash("secret");
    expect(today.isOutdated(await made(128, 2, 2))).toBe(false);
    expect(today.isOutdated(await made(256, 3, 4))).toBe(false);
    expect(today.isOutdated(await made(64, 2, 2))).toBe(true);
    expect(today.isOutdated(await made(128, 1, 2))).toBe(true);
    expect(today.isOutdated(await made(128, 2, 1))).toBe(true);
    expect(today.isOutdated("$argon2i$v=19$m=128,t=2,p=2$c2FsdA$aGFzaA")).toBe(true);
  });
});
