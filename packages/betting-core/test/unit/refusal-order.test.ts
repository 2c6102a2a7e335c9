// A bet that fails several tests is refused by the first one, in the order that the interface promises.

import { describe, expect, test } from "vitest";
import {
  amount,
  BET_REJECTION_ORDER,
  gameId,
  minorUnits,
  odds,
  type PlaceBet,
  unixMillis,
} from "../../src/index.ts";
import { ADMIN, ALICE, Bench, bet, DAY } from "../fixtures.ts";

type Code = (typeof BET_REJECTION_ORDER)[number];

/** How to make a bet fail each test, whatever else it fails. */
const FAULTS: Record<Code, (bench: Bench, faulty: PlaceBet) => PlaceBet> = {
  game_not_found: (_, faulty) => ({ ...faulty, gameId: gameId(99) }),
  unknown_outcome: (_, faulty) => ({ ...faulty, outcome: "opt9" }),
  betting_closed: (bench, faulty) => {
    bench.accept({ type: "suspendGame", actor: ADMIN, gameId: gameId(1) });
    return faulty;
  },
  excluded: (bench, faulty) => {
    const limits = { deposit: {}, stake: {}, loss: {}, excludedUntil: unixMillis(bench.now + DAY) };
    bench.accept({ type: "setLimits", actor: ALICE, limits });
    return faulty;
  },
  outcome_not_offered: (_, faulty) => ({ ...faulty, outcome: "opt2" }),
  invalid_odds: (_, faulty) => ({ ...faulty, odds: odds(20_001) }),
  odds_changed: (_, faulty) => ({ ...faulty, accept: "any", minOdds: odds(9_999_900) }),
  // At odds of 1.49 one cent pays one cent.
  stake_too_small: (_, faulty) => ({ ...faulty, stake: amount(1) }),
  stake_above_cap: (_, faulty) => ({ ...faulty, stake: amount(100_000_000_000) }),
  limit_reached: (bench, faulty) => {
    const limits = { deposit: {}, stake: { day: minorUnits(10) }, loss: {} };
    bench.accept({ type: "setLimits", actor: ALICE, limits });
    return faulty;
  },
  insufficient_balance: (bench, faulty) => {
    const balance = bench.book.account(ALICE)?.balance ?? minorUnits(10_000);
    bench.accept({ type: "withdraw", actor: ALICE, amount: balance });
    return faulty;
  },
};

/** Pairs that no single bet can have at once. */
const EXCLUSIVE: readonly (readonly [Code, Code])[] = [
  ["unknown_outcome", "outcome_not_offered"],
  ["stake_too_small", "stake_above_cap"],
];

describe("a bet is refused by the first test that it fails", () => {
  for (const [place, first] of BET_REJECTION_ORDER.entries()) {
    test(`alone: ${first}`, () => {
      expect(codeOf([first])).toBe(first);
    });
    for (const second of BET_REJECTION_ORDER.slice(place + 1)) {
      if (EXCLUSIVE.some(([one, other]) => one === first && other === second)) continue;
      test(`${first} before ${second}`, () => {
        expect(codeOf([first, second])).toBe(first);
        expect(codeOf([second, first])).toBe(first);
      });
    }
  }
});

test("all faults at once are refused as an unknown game, and each that is mended shows the next", () => {
  const seen: string[] = [];
  let faults: readonly Code[] = BET_REJECTION_ORDER.filter(
    (code) => !["outcome_not_offered", "stake_too_small"].includes(code),
  );
  while (faults.length > 0) {
    const code = codeOf(faults);
    seen.push(code);
    faults = faults.filter((fault) => fault !== code);
  }
  expect(seen).toEqual(BET_REJECTION_ORDER.filter((code) => seen.includes(code)));
  expect(seen).toHaveLength(9);
});

function codeOf(faults: readonly Code[]): string {
  const bench = new Bench();
  // A commission of 99 % and a prior of 2 to 98: the outsider pays 1.49, the favourite rounds down to 1.00.
  bench.game({ price: { prior: [200, 9_800], commissionBp: 9_900, margin: amount(50_000) } });
  let faulty: PlaceBet = bet({ stake: amount(20) });
  for (const fault of faults) faulty = FAULTS[fault](bench, faulty);
  const { outcome } = bench.apply(faulty);
  return outcome.status === "accepted" ? "accepted" : outcome.rejection.code;
}
