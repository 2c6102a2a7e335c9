import { assert, integer, property } from "fast-check";
import { expect, test } from "vitest";
import { potentialReturn } from "../../src/format/potential-return.ts";

test("the return shown is the one the book will agree to, to the minor unit", () => {
  expect(potentialReturn(1250, 2.95)).toBe(3687);
  assert(
    property(
      integer({ min: 1, max: 100_000_000_000 }),
      integer({ min: 10_001, max: 10_000_000 }),
      (stake, units) => {
        const exact = (BigInt(stake) * BigInt(units)) / 10_000n;
        expect(BigInt(potentialReturn(stake, units / 10_000))).toBe(exact);
      },
    ),
  );
});
