// Exact quotients of products against BigInt, over the full ranges.

import { expect, test } from "vitest";
import { mulDiv, mulDivCeil } from "../../src/numbers/mul-div.ts";
import { budget, PATIENCE_MS } from "../support/budget.ts";
import { Random } from "../support/random.ts";

const SAFE = Number.MAX_SAFE_INTEGER;
const CASES = budget(200_000, 2_000_000);

test("the quotient of a product is exact, down and up, wherever it fits", { timeout: PATIENCE_MS }, () => {
  const random = new Random(1);
  for (let number = 0; number < CASES; number++) {
    const [a, b, d] = [integer(random), integer(random), Math.max(1, integer(random))];
    expectExact(a, b, d);
    // Products next to a multiple of the divisor, where a unit more or less shows.
    const quotient = BigInt(integer(random));
    const near = (quotient * BigInt(d)) / BigInt(Math.max(1, a));
    if (near <= BigInt(SAFE)) expectExact(a, Number(near), d);
  }
});

test("the ends of the range", () => {
  for (const a of [0, 1, 2, SAFE - 1, SAFE]) {
    for (const b of [0, 1, 2, SAFE - 1, SAFE]) {
      for (const d of [1, 2, 3, SAFE - 1, SAFE]) expectExact(a, b, d);
    }
  }
});

function expectExact(a: number, b: number, d: number): void {
  const product = BigInt(a) * BigInt(b);
  const below = product / BigInt(d);
  if (below > BigInt(SAFE - 4)) return;
  const above = below * BigInt(d) === product ? below : below + 1n;
  if (BigInt(mulDiv(a, b, d)) !== below) expect.fail(`floor(${a} · ${b} / ${d}) is ${below}`);
  if (BigInt(mulDivCeil(a, b, d)) !== above) expect.fail(`ceil(${a} · ${b} / ${d}) is ${above}`);
}

/** All sizes alike: a number of bits first, then so many bits. */
function integer(random: Random): number {
  return Math.min(SAFE, Math.floor(2 ** (random.below(54) + random.fraction()) - 1));
}
