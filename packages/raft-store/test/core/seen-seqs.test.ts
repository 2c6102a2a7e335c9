import { expect, test } from "vitest";
import { SeenSeqs } from "../../src/core/seen-seqs.ts";

test("says of each number once that it is new, whatever the order and the repetitions, until it is settled", () => {
  const seen = new SeenSeqs();
  const known = new Set<number>();
  let settledBelow = 1;
  let random = 11;
  for (let step = 0; step < 20_000; step++) {
    random = (random * 48_271) % 0x7fff_ffff;
    if (random % 16 === 0) {
      settledBelow += random % 7;
      seen.settle(settledBelow);
    }
    const seq = Math.max(1, settledBelow - 3 + ((random >> 5) % 40));
    expect(seen.add(seq)).toBe(seq >= settledBelow && !known.has(seq));
    known.add(seq);
  }
});

test("a proposer's first number in a term may be any: what is below is settled", () => {
  const seen = new SeenSeqs();
  seen.settle(1_000_000);
  expect(seen.add(1_000_000)).toBe(true);
  expect(seen.add(999_999)).toBe(false);
});
