import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ConfigError, readConfig } from "../../src/config.ts";
import { receiptKeyFor } from "../../src/receipts/receipt-key.ts";

const folder = mkdtempSync(join(tmpdir(), "quorumbook-key-"));
afterAll(() => rmSync(folder, { recursive: true }));

const env = {
  QUORUMBOOK_NODE_ID: "node1",
  QUORUMBOOK_HTTP_PORT: "8091",
  QUORUMBOOK_RAFT_PORT: "8101",
  QUORUMBOOK_PEERS: "node1=127.0.0.1:8101",
  QUORUMBOOK_NODE_DATA: "/tmp/data",
  QUORUMBOOK_CLUSTER_ID: "test",
  QUORUMBOOK_JWKS_URL: "http://127.0.0.1:8081/jwks.json",
};
const publicOf = (key: KeyObject): string => createPublicKey(key).export({ format: "jwk" }).x ?? "";

describe("the key of receipts", () => {
  it("is the same on all members of a cluster, and another for another cluster or secret", () => {
    const key = publicOf(receiptKeyFor("one", "hush"));
    expect(publicOf(receiptKeyFor("one", "hush"))).toBe(key);
    expect(publicOf(receiptKeyFor("two", "hush"))).not.toBe(key);
    expect(publicOf(receiptKeyFor("one", "hush!"))).not.toBe(key);
    expect(
      publicOf(
        readConfig({ ...env, QUORUMBOOK_CLUSTER_ID: "one", QUORUMBOOK_CLUSTER_SECRET: "hush" }).receiptKey,
      ),
    ).toBe(key);
  });

  it("cannot be guessed where there is no secret", () => {
    expect(publicOf(receiptKeyFor("one", undefined))).not.toBe(publicOf(receiptKeyFor("one", undefined)));
  });

  it("is the one in the file where one is named, which must be of Ed25519", () => {
    const write = (name: string, key: KeyObject): string => {
      const path = join(folder, name);
      writeFileSync(path, key.export({ type: "pkcs8", format: "pem" }));
      return path;
    };
    const { privateKey } = generateKeyPairSync("ed25519");
    const right = write("right.pem", privateKey);
    expect(publicOf(readConfig({ ...env, QUORUMBOOK_RECEIPT_KEY: right }).receiptKey)).toBe(
      publicOf(privateKey),
    );
    const wrong = write("wrong.pem", generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey);
    for (const path of [wrong, join(folder, "none.pem")]) {
      expect(() => readConfig({ ...env, QUORUMBOOK_RECEIPT_KEY: path })).toThrow(ConfigError);
    }
  });
});
