import { describe, expect, it } from "vitest";
import { createAccessTokens } from "../../src/tokens/access-tokens.ts";
import { generateSigningKey } from "../../src/tokens/generate-signing-key.ts";
import {
  CLOCK_SKEW_MS,
  publicJwk,
  publishedKeysAt,
  type SigningKey,
  signingKeyAt,
} from "../../src/tokens/signing-keys.ts";
import { parseUserId, unixMillis } from "../../src/units.ts";
import type { User } from "../../src/users/user.ts";
import { manualClock, START } from "../fixtures.ts";

const LIFE = 900_000;
const at = (milliseconds: number) => unixMillis(START + milliseconds);
const key = (kid: string, signsFrom: number): SigningKey => ({
  kid,
  signsFrom: at(signsFrom),
  jwk: { kty: "OKP" },
});
const kids = (keys: readonly SigningKey[]) => keys.map(({ kid }) => kid);

describe("key rotation", () => {
  const keys = [key("new", 120_000), key("old", 0), key("ancient", -9_000_000)];

  it("signs with the newest key whose time has come", () => {
    expect(signingKeyAt(keys, at(119_999))?.kid).toBe("old");
    expect(signingKeyAt(keys, at(120_000))?.kid).toBe("new");
  });

  it("signs with the first key if a clock was set back before all of them", () => {
    expect(signingKeyAt([key("b", 2000), key("a", 1000)], at(0))?.kid).toBe("a");
    expect(signingKeyAt([], at(0))).toBeUndefined();
  });

  it("publishes a key before it signs, and until its last token has expired", () => {
    expect(kids(publishedKeysAt(keys, at(0), LIFE))).toEqual(["ancient", "old", "new"]);
    expect(kids(publishedKeysAt(keys, at(LIFE + CLOCK_SKEW_MS), LIFE))).toEqual(["old", "new"]);
    expect(kids(publishedKeysAt(keys, at(120_000 + LIFE + CLOCK_SKEW_MS), LIFE))).toEqual(["new"]);
  });

  it("shows of a key what verifies, never what signs", async () => {
    const real = await generateSigningKey(START);
    expect(real.jwk.d).toBeTypeOf("string");
    expect(Object.keys(publicJwk(real)).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x"]);
    expect(() => publicJwk(key("no key", 0))).toThrow("no Ed25519 key");
  });

  it("invalidates no token that was given out before it", async () => {
    const clock = manualClock();
    const id = parseUserId("7");
    if (id === undefined) throw new Error("no id");
    const user: User = { id, username: "alice", role: "bettor", disabled: false, createdAt: START };
    const options = { issuer: "i", audience: "a", lifetime: 900, clock };
    const [first, second] = [await generateSigningKey(START), await generateSigningKey(at(120_000))];
    const tokens = createAccessTokens([first], options);
    const before = await tokens.issue(user);
    tokens.replaceKeys([first, second]);
    clock.advance(120_000);
    const after = await tokens.issue(user);
    expect(await tokens.verify(before)).toBe("7");
    expect(await tokens.verify(after)).toBe("7");
    clock.advance(LIFE + CLOCK_SKEW_MS);
    expect(tokens.jwks().keys.map(({ kid }) => kid)).toEqual([second.kid]);
  });
});
