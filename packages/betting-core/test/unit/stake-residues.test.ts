// What a pool pays, each payout rounded down by itself, without looking at a single bet.

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { StakeResidues } from "../../src/state/stake-residues.ts";

test("the sum of the shares is what the stakes give one by one", () => {
  const stake = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 100_000_000 }));
  fc.assert(
    fc.property(
      fc.array(stake, { maxLength: 60 }),
      fc.integer({ min: 1, max: 90_000 }),
      fc.constantFrom(1, 10, 100, 10_000),
      (stakes, factor, modulus) => {
        const residues = new StakeResidues();
        for (const each of stakes) residues.add(7, 3, each, modulus);
        residues.add(7, 2, 12_345, modulus);
        const staked = stakes.reduce((sum, each) => sum + each, 0);
        const shares = stakes.reduce((sum, each) => sum + Math.floor((each * factor) / modulus), 0);
        expect(residues.sumOfShares(7, 3, staked, factor, modulus)).toBe(shares);
      },
    ),
    { numRuns: 500 },
  );
});

test("of an outcome that nobody backed there are none", () => {
  const residues = new StakeResidues();
  expect(residues.sumOfShares(1, 0, 0, 12_000, 100)).toBe(0);
  residues.add(1, 1, 50, 100);
  expect(residues.sumOfShares(1, 0, 0, 12_000, 100)).toBe(0);
  expect(residues.sumOfShares(2, 1, 0, 12_000, 100)).toBe(0);
});
