// exp and ln of our own: near the true values, and the same bits for ever.

import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { exp, expm1, ln, log1p } from "../../src/numbers/elementary.ts";
import { Random } from "../support/random.ts";

const VECTORS = 10_000;
/** Of the bits of all golden vectors. Another value means that replicas of two versions could disagree on a price. */
const GOLDEN = "845482f983fb35a5faed8ceeed5dca4a476f46665de1e8550f5a4cec44342830";

test("10 000 golden vectors have the bits that they have always had", () => {
  const random = new Random(20_240_801);
  const bits = new Float64Array(4 * VECTORS);
  for (let number = 0; number < VECTORS; number++) {
    // Made by exact operations alone, so that the arguments are the same everywhere.
    const x = (random.fraction() - 0.5) * 2 * [1e-9, 1e-3, 1, 40, 690][number % 5]!;
    const size = x < 0 ? -x : x;
    bits.set([exp(x), expm1(x), ln(size + 1e-12), log1p(size)], 4 * number);
  }
  const bytes = new DataView(new ArrayBuffer(8 * bits.length));
  for (const [place, value] of bits.entries()) bytes.setFloat64(8 * place, value, true);
  expect(createHash("sha256").update(bytes).digest("hex")).toBe(GOLDEN);
});

test("they are within 1e-15 of the engine's", () => {
  const random = new Random(7);
  for (let number = 0; number < 50_000; number++) {
    const x = (random.fraction() - 0.5) * 2 * random.pick([1e-12, 1e-6, 0.3, 0.4, 2, 40, 690]);
    const size = Math.abs(x);
    expectNear(exp(x), Math.exp(x), `exp ${x}`);
    expectNear(expm1(x), Math.expm1(x), `expm1 ${x}`);
    expectNear(log1p(size), Math.log1p(size), `log1p ${size}`);
    expectNear(ln(1 + size), Math.log(1 + size), `ln ${1 + size}`);
    expectNear(ln(1 / (2 + size)), Math.log(1 / (2 + size)), `ln ${1 / (2 + size)}`);
  }
});

test("where the engine's end, they end", () => {
  expect([exp(0), expm1(0), ln(1), log1p(0)]).toEqual([1, 0, 0, 0]);
  expect([exp(701), exp(-701), ln(Infinity), log1p(Infinity)]).toEqual([Infinity, 0, Infinity, Infinity]);
  expect(expm1(-Infinity)).toBe(-1);
});

function expectNear(found: number, wanted: number, what: string): void {
  const error = Math.abs(found - wanted);
  if (error > 2e-15 * Math.abs(wanted) + 1e-300) expect.fail(`${what}: ${found} is not ${wanted}`);
}
