import { expect, test } from "vitest";
import { decodeStateDigest, encodeStateDigest } from "../../src/core/state-digest.ts";
import { logIndex, unixMillis } from "../../src/units.ts";
import { CoreGroup } from "./core-group.ts";

const digest = { index: logIndex(7), digest: new Uint8Array([1, 2, 3]) };

test("a leader says its digest in the log; a follower keeps its own to itself", () => {
  const group = new CoreGroup();
  group.elect("a");
  for (const id of ["a", "b"]) group.step(id, { type: "proposeDigest", digest, now: unixMillis(1) });
  group.settle();
  for (const id of ["a", "b", "c"]) {
    const said = group.node(id).applied.filter(({ type }) => type === "digest");
    expect(said.map(({ data }) => decodeStateDigest(data))).toEqual([digest]);
  }
});

test("a digest entry that is cut short is not taken for one", () => {
  expect(() => decodeStateDigest(encodeStateDigest(digest).subarray(0, 7))).toThrow("cannot be read");
});
