import { importJWK, SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { generateSigningKey } from "../../src/tokens/generate-signing-key.ts";
import { refusalOf, refused, START, type TestServer, testServer } from "../fixtures.ts";

const ME = "/api/auth/me";
const NOW = START / 1000;

const CLAIMS = { iss: "quorumbook", aud: "quorumbook", sub: "1", role: "admin", exp: NOW + 900, iat: NOW };

async function signed(server: TestServer, claims: Record<string, unknown>): Promise<string> {
  const header = { alg: "EdDSA", kid: server.key.kid };
  return await new SignJWT(claims).setProtectedHeader(header).sign(await importJWK(server.key.jwk, "EdDSA"));
}

const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

describe("me", () => {
  it("tells who the token speaks for", async () => {
    const server = await testServer();
    const { bearer } = await server.join("alice");
    const response = await server.get(ME, { headers: bearer });
    expect(response.json()).toEqual({
      id: "1",
      username: "alice",
      role: "bettor",
      createdAt: "2026-01-01T00:00:00.000Z",
    });
  });

  it("accepts a well-made token (so that the refusals below are for their own reason)", async () => {
    const server = await testServer();
    await server.join("alice");
    const headers = { authorization: `Bearer ${await signed(server, CLAIMS)}` };
    expect((await server.get(ME, { headers })).statusCode).toBe(200);
  });

  it("answers alike whatever is wrong with a token", async () => {
    const server = await testServer();
    const { accessToken } = await server.join("alice");
    const [head = "", body = "", signature = ""] = accessToken.split(".");
    const stranger = await generateSigningKey(START);
    const forged = await new SignJWT(CLAIMS)
      .setProtectedHeader({ alg: "EdDSA", kid: server.key.kid })
      .sign(await importJWK(stranger.jwk, "EdDSA"));
    const hmac = await new SignJWT(CLAIMS)
      .setProtectedHeader({ alg: "HS256", kid: server.key.kid })
      .sign(Buffer.from(server.key.jwk.x ?? ""));
    const tokens = {
      missing: undefined,
      empty: "Bearer ",
      "of another scheme": `Basic ${accessToken}`,
      "no token": "Bearer abc",
      unsigned: `Bearer ${base64url({ alg: "none" })}.${body}.`,
      altered: `Bearer ${head}.${base64url({ ...CLAIMS, sub: "2" })}.${signature}`,
      "signed by a stranger": `Bearer ${forged}`,
      "signed with the public key": `Bearer ${hmac}`,
      "of another issuer": `Bearer ${await signed(server, { ...CLAIMS, iss: "else" })}`,
      "for another audience": `Bearer ${await signed(server, { ...CLAIMS, aud: "else" })}`,
      expired: `Bearer ${await signed(server, { ...CLAIMS, exp: NOW })}`,
      "without an end": `Bearer ${await signed(server, { ...CLAIMS, exp: undefined })}`,
      "of nobody": `Bearer ${await signed(server, { ...CLAIMS, sub: "99" })}`,
      "of no user": `Bearer ${await signed(server, { ...CLAIMS, sub: "1 or 1=1" })}`,
    };
    const bodies = new Set<string>();
    for (const [what, authorization] of Object.entries(tokens)) {
      const response = await server.get(ME, {
        headers: authorization === undefined ? {} : { authorization },
      });
      expect(refusalOf(response), what).toEqual(refused(401, "unauthenticated"));
      bodies.add(response.body);
    }
    expect(bodies.size).toBe(1);
  });

  it("refuses a token from the moment it expires", async () => {
    const server = await testServer({ accessLifetime: 60 });
    const { bearer } = await server.join("alice");
    server.clock.advance(59_000);
    expect((await server.get(ME, { headers: bearer })).statusCode).toBe(200);
    server.clock.advance(1_000);
    expect((await server.get(ME, { headers: bearer })).statusCode).toBe(401);
  });

  it("refuses a disabled user's token at once", async () => {
    const server = await testServer();
    const { id, bearer } = await server.join("alice");
    await server.services.accounts.users.update(
      id,
      { disabled: true },
      { actor: undefined, at: server.clock() },
    );
    expect((await server.get(ME, { headers: bearer })).statusCode).toBe(401);
  });
});
