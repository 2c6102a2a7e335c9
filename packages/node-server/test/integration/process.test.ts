// The process itself: how it ends where it cannot begin.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return spawnSync(process.execPath, ["--conditions=@quorumbook/source", MAIN, ...args], {
    env: { PATH: process.env["PATH"], ...env },
    encoding: "utf8",
    timeout: 30_000,
  });
}

describe("the process", () => {
  it("ends with 78 and names the variable that is missing", () => {
    const { status, stderr } = run([]);
    expect(status).toBe(78);
    expect(stderr).toContain("QUORUMBOOK_");
  });

  it("lists its variables", () => {
    const { status, stdout } = run(["--help"]);
    expect(status).toBe(0);
    for (const name of ["QUORUMBOOK_NODE_ID", "QUORUMBOOK_JWKS_URL", "QUORUMBOOK_BANKROLL (", "100000000"]) {
      expect(stdout).toContain(name.replace(" (", ""));
    }
  });

  it("ends with 70 where its data folder cannot be used", () => {
    const { status, stdout } = run([], {
      QUORUMBOOK_NODE_ID: "node1",
      QUORUMBOOK_HTTP_PORT: "0",
      QUORUMBOOK_RAFT_PORT: "1",
      QUORUMBOOK_PEERS: "node1=127.0.0.1:1",
      QUORUMBOOK_NODE_DATA: "/dev/null/data",
      QUORUMBOOK_CLUSTER_ID: "test",
      QUORUMBOOK_JWKS_URL: "http://127.0.0.1:1/jwks.json",
    });
    expect(status).toBe(70);
    expect(stdout).toContain('"level":60');
  });
});
