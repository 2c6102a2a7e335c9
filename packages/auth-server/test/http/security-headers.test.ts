import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testServer } from "../fixtures.ts";

let webRoot = "";
beforeAll(async () => {
  webRoot = await mkdtemp(join(tmpdir(), "quorumbook-headers-"));
  await writeFile(join(webRoot, "index.html"), "<!doctype html>");
});
afterAll(() => rm(webRoot, { recursive: true }));

describe("security headers", () => {
  it.each([
    ["the page", "/", 200, /^text\/html; charset=utf-8$/],
    ["public keys", "/api/auth/.well-known/jwks.json", 200, /^application\/(?:jwk-set\+)?json/],
    ["a refusal", "/api/auth/me", 401, /^application\/problem\+json; charset=utf-8$/],
    ["something that is not there", "/api/nothing", 404, /^application\/problem\+json; charset=utf-8$/],
  ])("come with every kind of answer", async (_what, url, status, type) => {
    const server = await testServer({ webRoot });
    const { statusCode, headers } = await server.get(url, { headers: { accept: "text/html" } });
    expect(statusCode).toBe(status);
    expect(headers["content-type"]).toMatch(type);
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "x-frame-options": "DENY",
    });
    expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
    expect(headers["server"]).toBeUndefined();
    expect(headers["x-powered-by"]).toBeUndefined();
    const isApi = url.startsWith("/api/auth/");
    expect(headers["content-disposition"]).toBe(isApi ? 'attachment; filename="api.json"' : undefined);
  });

  it("let no other origin read an answer", async () => {
    const server = await testServer();
    for (const origin of ["https://elsewhere.example", "null"]) {
      const answer = await server.get("/api/auth/.well-known/jwks.json", { headers: { origin } });
      expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
      const preflight = await server.app.inject({
        method: "OPTIONS",
        url: "/api/auth/login",
        headers: { origin, "access-control-request-method": "POST" },
      });
      expect(preflight.statusCode).toBe(404);
      expect(preflight.headers["access-control-allow-origin"]).toBeUndefined();
    }
  });
});
