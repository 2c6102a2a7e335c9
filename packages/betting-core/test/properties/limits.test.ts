// Requirements 13 and 14 of docs/auditor.md against a model of two sentences, over simulated weeks: whatever was asked
// for in the last 24 hours holds already where it is lower, and what is higher holds at the earliest 24 hours later;
// an exclusion, once asked for, holds to its end.

import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  amount,
  type CommandOf,
  type Limits,
  type LimitKind,
  type LimitWindow,
  minorUnits,
  unixMillis,
} from "../../src/index.ts";
import { ADMIN, ALICE, Bench, bet, DAY, HOUR } from "../fixtures.ts";
import { budget, PATIENCE_MS } from "../support/budget.ts";

const WINDOWS: Readonly<Record<LimitWindow, number>> = { day: DAY, week: 7 * DAY, month: 30 * DAY };
const NONE: Limits = { deposit: {}, stake: {}, loss: {} };

interface Asked {
  readonly at: number;
  readonly limits: Limits;
}

interface Counted {
  readonly at: number;
  readonly kind: "deposit" | "stake" | "back";
  readonly amount: number;
}

const value = fc.constantFrom(0, 500, 2_000, 9_000).map(minorUnits);
const windows = fc.record({ day: value, week: value, month: value }, { requiredKeys: [] });
const step = fc.record({
  pause: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(1, HOUR, 5 * HOUR) },
    { weight: 3, arbitrary: fc.constantFrom(DAY - HOUR, DAY, DAY + 1) },
    { weight: 1, arbitrary: fc.constantFrom(6 * DAY, 8 * DAY, 29 * DAY) },
  ),
  deed: fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom("deposit" as const, "bet" as const) },
    { weight: 2, arbitrary: fc.constantFrom("limits" as const, "win" as const, "exclude" as const) },
  ),
  money: fc.integer({ min: 1, max: 3_000 }),
  limits: fc.record({ deposit: windows, stake: windows, loss: windows }),
  excluded: fc.constantFrom(HOUR, 3 * DAY, 200 * DAY),
});

test("no deposit or bet passes a limit that was in force, no loosening comes early, no exclusion ends early", {
  timeout: PATIENCE_MS,
}, () => {
  const met = { limit_reached: 0, excluded: 0, accepted: 0 };
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 60, size: "max" }), (steps) => {
      const bench = new Bench();
      bench.accept<"deposit">({ type: "deposit", actor: ALICE, amount: amount(1_000_000) });
      const asked: Asked[] = [];
      const counted: Counted[] = [{ at: bench.now, kind: "deposit", amount: 1_000_000 }];
      let excludedUntil = 0;
      let game = bench.game();
      for (const { pause, deed, money, limits, excluded } of steps) {
        bench.pass(pause);
        const at = bench.now + 1;
        if (deed === "limits" || deed === "exclude") {
          const until = at + excluded;
          const wanted: Limits =
            deed === "exclude" ? { ...limits, excludedUntil: unixMillis(until) } : limits;
          const { limits: shown } = bench.accept<"setLimits">({
            type: "setLimits",
            actor: ALICE,
            limits: wanted,
          });
          if (deed === "exclude") excludedUntil = Math.max(excludedUntil, until);
          asked.push({ at, limits });
          if (excludedUntil > at) expect(shown.excludedUntil).toBe(excludedUntil);
          continue;
        }
        if (deed === "win") {
          bench.accept<"closeGame">({ type: "closeGame", actor: ADMIN, gameId: game });
          const { paid } = bench.accept<"settleGame">({
            type: "settleGame",
            actor: ADMIN,
            gameId: game,
            winner: "opt1",
          });
          if (paid > 0) counted.push({ at, kind: "back", amount: paid });
          game = bench.game();
          continue;
        }
        const command: CommandOf<"deposit" | "placeBet"> =
          deed === "deposit"
            ? { type: "deposit", actor: ALICE, amount: amount(money) }
            : bet({ gameId: game, stake: amount(Math.min(money, 2_000)) });
        const { outcome } = bench.apply(command);
        const kinds: readonly LimitKind[] = deed === "deposit" ? ["deposit"] : ["stake", "loss"];
        const size = deed === "deposit" ? money : Math.min(money, 2_000);
        const isExcluded = at < excludedUntil;
        if (outcome.status === "accepted") {
          expect(isExcluded).toBe(false);
          counted.push({ at, kind: deed === "deposit" ? "deposit" : "stake", amount: size });
          for (const kind of kinds) {
            for (const window of Object.keys(WINDOWS) as LimitWindow[]) {
              expect(used(counted, kind, window, at)).toBeLessThanOrEqual(loosest(asked, kind, window, at));
            }
          }
          met.accepted++;
          continue;
        }
        const { rejection } = outcome;
        if (rejection.code !== "excluded" && rejection.code !== "limit_reached") continue;
        met[rejection.code]++;
        if (rejection.code === "excluded") {
          expect(isExcluded).toBe(true);
          continue;
        }
        // Refused for nothing less than a limit that the user can see.
        const { limit, window, remaining } = rejection;
        const shown = bench.book.limits(ALICE)[limit][window];
        expect(kinds).toContain(limit);
        expect(remaining).toBe(Math.max(0, (shown ?? Infinity) - used(counted, limit, window, at)));
        expect(size).toBeGreaterThan(remaining);
      }
    }),
    { numRuns: budget(150, 10_000) },
  );
  for (const [code, times] of Object.entries(met)) expect(times, code).toBeGreaterThan(50);
});

test("a lone loosening holds after 24 hours to the millisecond, and what is pending can be taken back at once", () => {
  const day = (limit: number): Limits => ({ ...NONE, deposit: { day: minorUnits(limit) } });
  const bench = new Bench();
  const set = (limits: Limits) => bench.accept<"setLimits">({ type: "setLimits", actor: ALICE, limits });
  set(day(100));
  set(day(500));
  const from = bench.now;
  bench.now = from + DAY - 2;
  bench.refuse({ type: "deposit", actor: ALICE, amount: amount(101) }, "limit_reached");
  bench.accept<"deposit">({ type: "deposit", actor: ALICE, amount: amount(101) });
  set(day(9_000));
  expect(set(day(200)).limits).toMatchObject({ deposit: { day: 200 } });
  expect(bench.book.limits(ALICE).pending).toBeUndefined();
});

/** The loosest that could be in force: the last that is a day old, and everything asked for since. */
function loosest(asked: readonly Asked[], kind: LimitKind, window: LimitWindow, at: number): number {
  const old = asked.filter(({ at: then }) => then <= at - DAY).at(-1);
  const since = asked.filter(({ at: then }) => then > at - DAY);
  const values = [...(old === undefined ? [] : [old]), ...since].map(({ limits }) => limits[kind][window]);
  return Math.min(...values.map((each) => each ?? Infinity), Infinity);
}

function used(counted: readonly Counted[], kind: LimitKind, window: LimitWindow, at: number): number {
  const sum = counted
    .filter(({ at: then }) => then > at - WINDOWS[window] && then <= at)
    .reduce((total, { kind: what, amount: moved }) => {
      if (kind === "deposit") return total + (what === "deposit" ? moved : 0);
      if (kind === "stake") return total + (what === "stake" ? moved : 0);
      return total + (what === "stake" ? moved : what === "back" ? -moved : 0);
    }, 0);
  return Math.max(0, sum);
}
