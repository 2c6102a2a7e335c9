import { generateKeyPairSync, sign } from "node:crypto";
import {
  checkpointBody,
  createBook,
  logIndex,
  minorUnits,
  signedCheckpoint,
  unixMillis,
  userId,
  verifierKey,
} from "@quorumbook/betting-core";
import type { Answer } from "@quorumbook/client";
import { expect, test } from "vitest";
import { checkClosing } from "../../src/stores/draw-check.ts";
import { HouseKey } from "../../src/stores/house-key.ts";

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
const ok = <Value>(value: Value): Answer<Value> => ({ ok: true, value, index: 1 });

/** A history of some entries, and the one of all of them. */
function house(entries = 9) {
  const book = createBook({ openingBankroll: minorUnits(1_000_000) });
  const heads: { size: number; root: string }[] = [];
  for (let index = 1; index <= entries; index += 1) {
    book.apply(
      { type: "openAccount", actor: userId(`u${index}`) },
      { index: logIndex(index), at: unixMillis(1_700_000_000_000 + index) },
    );
    heads.push({ size: book.history.size, root: Buffer.from(book.history.root()).toString("hex") });
  }
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const key = verifierKey("house", Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url"));
  const noteOf = (size: number) => {
    const head = heads.find((one) => one.size === size) ?? heads[0];
    const body = checkpointBody({ origin: "house", size, root: Buffer.from(head?.root ?? "", "hex") });
    return { size, root: "", note: signedCheckpoint(body, key, sign(null, Buffer.from(body), privateKey)) };
  };
  const asked: number[] = [];
  const source = (sizes: readonly number[] = [entries]) => ({
    receiptKey: async () => ok({ key }),
    checkpoint: async () => {
      asked.push(1);
      return ok(noteOf(sizes[Math.min(asked.length, sizes.length) - 1] ?? entries));
    },
    consistency: async (from: number, to: number) =>
      ok({ from, to, path: book.history.proveConsistency(from, to).map(base64) }),
  });
  return { heads, source, asked, size: book.history.size };
}

const kept = () => {
  const values = new Map<string, string>();
  return new HouseKey({
    getItem: (name) => values.get(name) ?? null,
    setItem: (name, value) => void values.set(name, value),
  });
};
const here = { canVerify: true, wait: async () => undefined };

test("a history that the signed one begins with is signed, whatever its size", async () => {
  const { heads, source } = house();
  expect(heads.length).toBe(9);
  for (const head of heads) expect(await checkClosing(head, source(), kept(), here)).toBe("signed");
});

test("another root of the same size is not", async () => {
  const { heads, source } = house();
  const [first, , , , fifth] = heads;
  const forged = { size: fifth?.size ?? 0, root: first?.root ?? "" };
  expect(await checkClosing(forged, source(), kept(), here)).toBe("unsigned");
  expect(await checkClosing({ ...forged, root: "zz" }, source(), kept(), here)).toBe("unsigned");
});

test("a signature that does not cover it yet is asked for again, but not for ever", async () => {
  const early = house();
  const last = early.heads.at(-1) ?? { size: 0, root: "" };
  expect(await checkClosing(last, early.source([4, early.size]), kept(), here)).toBe("signed");
  expect(early.asked.length).toBe(2);
  const never = house();
  const end = never.heads.at(-1) ?? { size: 0, root: "" };
  expect(await checkClosing(end, never.source([4]), kept(), here)).toBe("unsigned");
  expect(never.asked.length).toBe(3);
});

test("a house that comes with another key is found out", async () => {
  const [one, other] = [house(), house()];
  const key = kept();
  const head = one.heads[2] ?? { size: 0, root: "" };
  expect(await checkClosing(head, one.source(), key, here)).toBe("signed");
  expect(await checkClosing(head, other.source(), key, here)).toBe("other-key");
});

test("where signatures cannot be checked, or nothing comes, nothing is claimed", async () => {
  const { heads, source } = house();
  const head = heads[2] ?? { size: 0, root: "" };
  expect(await checkClosing(head, source(), kept(), { ...here, canVerify: false })).toBe("insecure");
  const problem = { code: "network_failed", status: 0, detail: "", facts: {} };
  const silent = { ...source(), consistency: async () => ({ ok: false, problem }) as const };
  expect(await checkClosing(head, silent, kept(), here)).toBe("unknown");
});
