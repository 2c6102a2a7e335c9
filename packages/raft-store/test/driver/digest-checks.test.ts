import { expect, test } from "vitest";
import { encodeStateDigest } from "../../src/core/state-digest.ts";
import { DigestChecks } from "../../src/driver/digest-checks.ts";
import { logIndex } from "../../src/units.ts";

const said = (index: number, digest: string): Uint8Array =>
  encodeStateDigest({ index: logIndex(index), digest: Buffer.from(digest) });

function applied(upTo: number, digestAt: (index: number) => string): DigestChecks {
  let index = 0;
  const checks = new DigestChecks(10, () => digestAt(index));
  for (index = 1; index <= upTo; index++) checks.reached(logIndex(index));
  return checks;
}

test("a digest is taken at the multiples, and at no other index", () => {
  let taken = 0;
  const checks = new DigestChecks(10, () => `d${++taken}`);
  const at = [9, 10, 11, 20].map((index) => checks.reached(logIndex(index))?.index);
  expect(at).toEqual([undefined, 10, undefined, 20]);
  expect(taken).toBe(2);
});

test("a replica that was at the same index what the leader was goes on; one that differs stops", () => {
  const checks = applied(25, (index) => `at${index}`);
  checks.check(said(10, "at10"));
  checks.check(said(20, "at20"));
  expect(() => checks.check(said(20, "other"))).toThrow(
    expect.objectContaining({ code: "RAFT_STATE_DIVERGED", message: expect.stringMatching(/other.*at20/) }),
  );
});

test("what this replica took no digest of cannot be held against it", () => {
  const checks = applied(25, () => "x");
  checks.check(said(30, "y"));
  checks.restored();
  checks.check(said(20, "y"));
});

test("no more digests are kept than a few", () => {
  const checks = applied(1000, () => "x");
  checks.check(said(10, "y"));
  expect(() => checks.check(said(1000, "y"))).toThrow("differently");
});
