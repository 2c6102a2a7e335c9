import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { refusalOf, refused, testServer } from "../fixtures.ts";

const PAGE = "<!doctype html><title>Quorumbook</title>";
const SCRIPT = "export const odds = 1.85;\n".repeat(100);
const HTML = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

let webRoot = "";
beforeAll(async () => {
  webRoot = await mkdtemp(join(tmpdir(), "quorumbook-web-"));
  await mkdir(join(webRoot, "assets"));
  await writeFile(join(webRoot, "index.html"), PAGE);
  await writeFile(join(webRoot, "favicon.svg"), "<svg/>");
  await writeFile(join(webRoot, "assets", "index-Bx7_k2Lq.js"), SCRIPT);
  await writeFile(join(webRoot, "assets", "index-Bx7_k2Lq.js.br"), brotliCompressSync(SCRIPT));
  await writeFile(join(webRoot, "assets", "index-Bx7_k2Lq.js.gz"), gzipSync(SCRIPT));
});
afterAll(() => rm(webRoot, { recursive: true }));

describe("the web app", () => {
  it.each(["/", "/games/17", "/admin", "/bets?status=open"])("has its page at %s", async (url) => {
    const { app } = await testServer({ webRoot });
    for (const method of ["GET", "HEAD"] as const) {
      const response = await app.inject({ method, url, headers: HTML });
      expect(response.statusCode).toBe(200);
      expect(response.headers["content-type"]).toBe("text/html; charset=utf-8");
      expect(response.headers["cache-control"]).toBe("no-cache");
      expect(response.body).toBe(method === "GET" ? PAGE : "");
    }
  });

  it.each([
    "/api",
    "/api/nothing",
    "/api/auth/nothing",
    "/ws",
    "/ws/x",
    "/metrics/x",
    "/healthz/x",
    "/assets/index-gone1234.js",
    "/games.json",
    "/.env",
    "/assets/..%2f..%2fpackage.json",
    "/..%2f..%2fetc%2fpasswd",
  ])("is not what answers %s", async (url) => {
    const { app } = await testServer({ webRoot });
    const response = await app.inject({ url, headers: HTML });
    expect(response.statusCode).toBe(404);
    expect(response.body).not.toContain("doctype");
    expect(refusalOf(response)).toEqual(refused(404, "not_found"));
  });

  it("is not what a program gets for a page, nor what answers a write", async () => {
    const { app } = await testServer({ webRoot });
    const asProgram = await app.inject({ url: "/games/17", headers: { accept: "application/json" } });
    expect(refusalOf(asProgram)).toEqual(refused(404, "not_found"));
    for (const method of ["POST", "PUT", "DELETE"] as const) {
      const response = await app.inject({ method, url: "/games/17", headers: HTML });
      expect(refusalOf(response)).toEqual(refused(404, "not_found"));
    }
  });

  it("has files whose names never change their content kept for good, and others asked for each time", async () => {
    const { app } = await testServer({ webRoot });
    const asset = await app.inject({ url: "/assets/index-Bx7_k2Lq.js" });
    expect(asset.body).toBe(SCRIPT);
    expect(asset.headers["content-type"]).toContain("javascript");
    expect(asset.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
    const icon = await app.inject({ url: "/favicon.svg" });
    expect(icon.headers["cache-control"]).toBe("no-cache");
    const etag = String(icon.headers.etag);
    const again = await app.inject({ url: "/favicon.svg", headers: { "if-none-match": etag } });
    expect(again.statusCode).toBe(304);
  });

  it("sends the compressed file that the build made, to whom understands it", async () => {
    const { app } = await testServer({ webRoot });
    const url = "/assets/index-Bx7_k2Lq.js";
    const response = await app.inject({ url, headers: { "accept-encoding": "gzip, br" } });
    expect(response.headers["content-encoding"]).toBe("br");
    expect(response.headers.vary).toMatch(/accept-encoding/i);
    expect(response.headers["content-type"]).toContain("javascript");
    expect(response.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
    expect(brotliDecompressSync(response.rawPayload).toString()).toBe(SCRIPT);
    const plain = await app.inject({ url, headers: { "accept-encoding": "identity" } });
    expect(plain.headers["content-encoding"]).toBeUndefined();
    expect(plain.body).toBe(SCRIPT);
  });

  it("sends gzip to whom understands no brotli, and each under an ETag of its own", async () => {
    const { app } = await testServer({ webRoot });
    const as = (encoding: string) =>
      app.inject({ url: "/assets/index-Bx7_k2Lq.js", headers: { "accept-encoding": encoding } });
    const zipped = await as("gzip, deflate");
    expect(zipped.headers["content-encoding"]).toBe("gzip");
    expect(zipped.headers["content-type"]).toContain("javascript");
    expect(gunzipSync(zipped.rawPayload).toString()).toBe(SCRIPT);
    const etags = await Promise.all(["br", "gzip", "identity"].map(async (e) => (await as(e)).headers.etag));
    expect(new Set(etags).size).toBe(3);
  });

  it("may run its own scripts and reach its own origin, and nothing else", async () => {
    const { app } = await testServer({ webRoot });
    const { headers } = await app.inject({ url: "/", headers: HTML });
    const policy = String(headers["content-security-policy"]);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("connect-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["strict-transport-security"]).toBeUndefined();
  });

  it("may be absent: then there are only the interfaces", async () => {
    const { app } = await testServer();
    const response = await app.inject({ url: "/", headers: HTML });
    expect(refusalOf(response)).toEqual(refused(404, "not_found"));
  });
});
