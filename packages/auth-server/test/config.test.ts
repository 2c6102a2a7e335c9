import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { readConfig } from "../src/config.ts";
import { ConfigError } from "../src/errors.ts";

const NEEDED = { QUORUMBOOK_AUTH_PORT: "8081", QUORUMBOOK_AUTH_DATA: "/data" };

function refusal(env: Record<string, string>): ConfigError {
  try {
    readConfig({ ...NEEDED, ...env });
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error("the configuration was taken");
}

describe("the configuration", () => {
  it("needs a port and a folder, and has a value for all else", () => {
    expect(readConfig({ ...NEEDED, QUORUMBOOK_HOST: "" })).toEqual({
      host: "127.0.0.1",
      port: 8081,
      dataDir: "/data",
      databaseUrl: undefined,
      admin: undefined,
      issuer: "quorumbook",
      audience: "quorumbook",
      accessLifetime: 900,
      rateLimit: 1,
      webRoot: undefined,
      trustedProxies: [],
      logLevel: "info",
    });
  });

  it("takes a folder of the web app that is named from here", async () => {
    const folder = await mkdtemp(join(tmpdir(), "quorumbook-web-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, "index.html"), "");
    const config = readConfig({ ...NEEDED, QUORUMBOOK_WEB_ROOT: relative(process.cwd(), folder) });
    expect(config.webRoot).toBe(folder);
  });

  it("takes a first admin whose password has a colon", () => {
    const config = readConfig({ ...NEEDED, QUORUMBOOK_ADMIN: "boss:a:long:secret" });
    expect(config.admin).toEqual({ username: "boss", password: "a:long:secret" });
  });

  it.each([
    ["QUORUMBOOK_AUTH_PORT", ""],
    ["QUORUMBOOK_AUTH_PORT", "65536"],
    ["QUORUMBOOK_AUTH_PORT", "80a"],
    ["QUORUMBOOK_AUTH_DATA", ""],
    ["QUORUMBOOK_HOST", "no host!"],
    ["QUORUMBOOK_ADMIN", "boss"],
    ["QUORUMBOOK_ADMIN", "b:a-long-secret"],
    ["QUORUMBOOK_ADMIN", "boss:short"],
    ["QUORUMBOOK_ADMIN", "boss:password123"],
    ["QUORUMBOOK_ACCESS_TTL", "0"],
    ["QUORUMBOOK_ACCESS_TTL", "86401"],
    ["QUORUMBOOK_ACCESS_TTL", "15m"],
    ["QUORUMBOOK_RATE_LIMIT", "-1"],
    ["QUORUMBOOK_RATE_LIMIT", "much"],
    ["QUORUMBOOK_WEB_ROOT", "/nowhere"],
    ["QUORUMBOOK_TRUSTED_PROXIES", "10.0.0.1,proxy"],
    ["QUORUMBOOK_LOG_LEVEL", "loud"],
    ["DATABASE_URL", "postgres://u:p@h/d"],
    ["DATABASE_URL", "mysql://u:p@h"],
    ["DATABASE_URL", "nonsense"],
  ])("names %s when it is %j", (variable, value) => {
    const error = refusal({ [variable]: value });
    expect(error.variable).toBe(variable);
    expect(error.message).toMatch(new RegExp(`^${variable}: `));
  });

  it("repeats no secret in a message", () => {
    expect(refusal({ QUORUMBOOK_ADMIN: "my-only-secret" }).message).not.toContain("secret");
    expect(refusal({ QUORUMBOOK_ADMIN: "boss:hunter2" }).message).not.toContain("hunter2");
    expect(refusal({ DATABASE_URL: "mysql://root:hunter2@/x" }).message).not.toContain("hunter2");
  });
});
