import { generateKeyPair, SignJWT } from "jose";
import { beforeEach, describe, expect, it } from "vitest";
import { ProblemError } from "../../src/contract/problem-codes.ts";
import { TokenVerifier } from "../../src/security/token-verifier.ts";
import { createTokenIssuer, type TokenIssuer } from "../support/token-issuer.ts";

const START = Date.parse("2026-11-22T12:00:00Z");
let time: number;
let issuer: TokenIssuer;
let verifier: TokenVerifier;
let revoked: boolean;

const now = (): number => time;

beforeEach(async () => {
  time = START;
  revoked = false;
  issuer = await createTokenIssuer(now);
  verifier = new TokenVerifier({
    jwksUrl: new URL("http://auth.invalid/jwks.json"),
    issuer: "quorumbook",
    audience: "quorumbook",
    now,
    fetchKeys: issuer.fetchKeys,
    isRevoked: () => revoked,
  });
});

async function refusal(token: string): Promise<string> {
  try {
    await verifier.verify(token);
  } catch (error) {
    expect(error).toBeInstanceOf(ProblemError);
    return (error as ProblemError).refusal.code;
  }
  return "none";
}

const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

describe("a token", () => {
  it("speaks for its user in its role", async () => {
    expect(await verifier.verify(await issuer.token("ann", "operator"))).toEqual({
      userId: "ann",
      role: "operator",
      issuedAt: START / 1000,
      expiresAt: START + 900_000,
    });
  });

  it("is verified once a minute, not once a request", async () => {
    const token = await issuer.token("ann");
    expect(verifier.verify(token)).toBeInstanceOf(Promise);
    await verifier.verify(token);
    expect(verifier.verify(token)).toMatchObject({ userId: "ann" });
    time += 61_000;
    expect(verifier.verify(token)).toBeInstanceOf(Promise);
  });

  it("is refused from the moment it expires, remembered or not", async () => {
    const token = await issuer.token("ann", "bettor", { expires: START / 1000 + 10 });
    await verifier.verify(token);
    time += 9_999;
    expect(await refusal(token)).toBe("none");
    time += 1;
    expect(await refusal(token)).toBe("unauthenticated");
  });

  it("is refused from the moment it was called back, remembered or not", async () => {
    const token = await issuer.token("ann");
    await verifier.verify(token);
    revoked = true;
    expect(await refusal(token)).toBe("unauthenticated");
    expect(await refusal(await issuer.token("bob"))).toBe("unauthenticated");
  });

  it("is refused before its time", async () => {
    const notBefore = START / 1000 + 60;
    const token = await issuer.token("ann", "bettor", { notBefore });
    expect(await refusal(token)).toBe("unauthenticated");
    time += 61_000;
    expect(await refusal(token)).toBe("none");
  });

  it("is refused from another issuer, for another audience, or in an unknown role", async () => {
    expect(await refusal(await issuer.token("ann", "bettor", { issuer: "other" }))).toBe("unauthenticated");
    expect(await refusal(await issuer.token("ann", "bettor", { audience: "other" }))).toBe("unauthenticated");
    expect(await refusal(await issuer.token("ann", "root"))).toBe("unauthenticated");
    expect(await refusal(await issuer.token("system"))).toBe("unauthenticated");
    expect(await refusal(await issuer.token("x".repeat(129)))).toBe("unauthenticated");
  });

  it("is refused where a byte of it was changed", async () => {
    const [header = "", , signature = ""] = (await issuer.token("ann")).split(".");
    const claims = { sub: "ann", role: "admin", iss: "quorumbook", aud: "quorumbook", iat: 1, exp: START };
    expect(await refusal(`${header}.${base64(claims)}.${signature}`)).toBe("unauthenticated");
  });

  it("is refused unsigned, and signed with the public key as a secret", async () => {
    const claims = { sub: "ann", role: "admin", iss: "quorumbook", aud: "quorumbook", iat: 1, exp: START };
    expect(await refusal(`${base64({ alg: "none" })}.${base64(claims)}.AA`)).toBe("unauthenticated");
    const forged = await new SignJWT(claims)
      .setProtectedHeader({ alg: "HS256", kid: "key-1" })
      .sign(Buffer.from(issuer.jwks));
    expect(await refusal(forged)).toBe("unauthenticated");
  });

  it("is refused from a key that auth-server does not have", async () => {
    const { privateKey } = await generateKeyPair("EdDSA");
    const forged = await new SignJWT({ role: "admin" })
      .setProtectedHeader({ alg: "EdDSA", kid: "other" })
      .setSubject("ann")
      .setIssuer("quorumbook")
      .setAudience("quorumbook")
      .setIssuedAt()
      .setExpirationTime("1h")
      .sign(privateKey);
    expect(await refusal(forged)).toBe("unauthenticated");
  });

  it.each(["", "x", "a.b", "a.b.c.d", "a b.c.d", `${"a".repeat(5_000)}.b.c`, "💥.💥.💥"])(
    "is refused where it is none: %s",
    async (token) => {
      expect(await refusal(token)).toBe("unauthenticated");
      expect(issuer.fetches).toBe(0);
    },
  );
});

describe("while auth-server is down", () => {
  it("nothing is known of a token, which is not the same as a bad one", async () => {
    issuer.down = true;
    const token = await issuer.token("ann");
    expect(await refusal(token)).toBe("overloaded");
    issuer.down = false;
    time += 1_001;
    expect(await refusal(token)).toBe("none");
  });

  it("a flood of tokens is no flood of fetches", async () => {
    issuer.down = true;
    for (let i = 0; i < 50; i += 1) expect(await refusal(await issuer.token(`user${i}`))).toBe("overloaded");
    expect(issuer.fetches).toBe(1);
  });

  it("the keys that are known go on to hold", async () => {
    await verifier.verify(await issuer.token("ann"));
    issuer.down = true;
    time += 3_600_000;
    expect(await refusal(await issuer.token("bob"))).toBe("none");
  });
});
