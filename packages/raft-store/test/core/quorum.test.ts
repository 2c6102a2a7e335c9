import { array, assert, nat, property } from "fast-check";
import { expect, test } from "vitest";
import { majority, quorumValue } from "../../src/core/quorum.ts";

test("a majority is more than half, and two majorities meet (§5.2)", () => {
  expect([1, 2, 3, 4, 5].map(majority)).toEqual([1, 2, 2, 3, 3]);
});

test("the quorum value is the largest that a majority has reached, by definition", () => {
  const byDefinition = (values: readonly number[]): number =>
    Math.max(0, ...values.filter((v) => values.filter((w) => w >= v).length * 2 > values.length));
  assert(
    property(array(nat(20), { minLength: 0, maxLength: 9 }), (values) => {
      expect(quorumValue(values)).toBe(byDefinition(values));
    }),
    { numRuns: 500 },
  );
});
