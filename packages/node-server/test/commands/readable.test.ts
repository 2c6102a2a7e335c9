// Whatever the schemas let through, every replica must be able to read: a command that stops one stops all.
import { decodeCommand, encodeCommand, gameId, userId } from "@quorumbook/betting-core";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { betCommand } from "../../src/commands/bet-command.ts";
import { gameCommand } from "../../src/commands/game-command.ts";
import { verdict } from "../../src/commands/verdict.ts";
import { ProblemError } from "../../src/contract/problem-codes.ts";
import { BetBody, GameBody, LimitsBody, SettleBody } from "../../src/contract/requests.ts";
import { compileGuard } from "../../src/contract/validation.ts";
import { limitsFromWire } from "../../src/views/limits-answer.ts";

const asker = { actor: userId("ann"), key: "key-00000001" };
const text = fc.string({ unit: "binary", minLength: 0, maxLength: 220 });
const longText = fc.integer({ min: 190, max: 210 }).map((length) => "💶".repeat(length));
const label = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom("Home", "Away 💶", "\ud800", "💶".repeat(200), "é".repeat(200)) },
  { weight: 1, arbitrary: text },
  { weight: 1, arbitrary: longText },
);
const money = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(1, 10, 12_345, 1e11) },
  { weight: 1, arbitrary: fc.constantFrom(0, -1, 1e11 + 1, 9e11, 2 ** 53, 1.5) },
);
const time = fc.oneof(
  fc.integer({ min: 0, max: 253_402_300_799_999 }).map((millis) => new Date(millis).toISOString()),
  fc.constantFrom("9999-12-31T23:59:59.999Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "x"),
);
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });

/** Leaves out what is undefined, as JSON does. */
const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const game = fc.record({
  question: label,
  category: fc.constantFrom("real", "virtual"),
  outcomes: fc.array(label, { minLength: 1, maxLength: 34, size: "small" }),
  startsAt: maybe(time),
  closesAt: maybe(time),
  pricing: maybe(
    fc.record({
      strategy: maybe(fc.constantFrom("ratio/pre", "lmsr")),
      virtualStake: maybe(money),
      commissionBp: maybe(fc.integer({ min: -1, max: 10_001 })),
      margin: maybe(money),
      tick: maybe(fc.constantFrom(0, 1, 3, 10, 100, 10_000)),
      prior: maybe(fc.constantFrom([5_000, 5_000], [10_000, 0], [1, 2, 3])),
    }),
  ),
});
const bet = fc.record({
  gameId: fc.constantFrom(1, 7, 2 ** 32 - 2, 1, 7, 0, 2 ** 32, 2 ** 53),
  outcome: fc.oneof(label, fc.constantFrom("opt1", "opt32"), fc.constant("💶".repeat(64))),
  stake: money,
  odds: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(1.0001, 1.85, 1000) },
    { weight: 1, arbitrary: fc.constantFrom(1, 1000.1, 1.23456) },
    { weight: 1, arbitrary: fc.double() },
  ),
  accept: maybe(fc.constantFrom("exact", "better", "any")),
  minOdds: maybe(fc.constantFrom(1.01, 1000, 1)),
});
const windows = fc.record({ day: maybe(money), week: maybe(money), month: maybe(money) });
const limits = fc.record({ deposit: windows, stake: windows, loss: windows, excludedUntil: maybe(time) });
const hash = { previewHash: maybe(label) };
const settle = fc.oneof(
  fc.record({ winner: label, ...hash }),
  fc.record({ winners: fc.array(label, { minLength: 1, maxLength: 3 }), ...hash }),
  fc.record({ push: fc.boolean(), winner: maybe(label), ...hash }),
);

/** Makes a command of a body, or undefined where it is refused in due form. */
function orRefused<Made>(make: () => Made): Made | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof ProblemError) return undefined;
    throw error;
  }
}

describe("a command that a request became", () => {
  const games = compileGuard(GameBody);
  const bets = compileGuard(BetBody);
  const limit = compileGuard(LimitsBody);
  const settles = compileGuard(SettleBody);

  it.each<
    [string, fc.Arbitrary<unknown>, (body: unknown) => Parameters<typeof encodeCommand>[0] | undefined]
  >([
    ["a game", game, (body) => (games.accepts(body) ? orRefused(() => gameCommand(body, asker)) : undefined)],
    ["a bet", bet, (body) => (bets.accepts(body) ? orRefused(() => betCommand(body, asker)) : undefined)],
    [
      "limits",
      limits,
      (body) =>
        limit.accepts(body)
          ? orRefused(() => ({ type: "setLimits", ...asker, limits: limitsFromWire(body) }))
          : undefined,
    ],
    [
      "a settlement",
      settle,
      (body) =>
        settles.accepts(body)
          ? orRefused(() => ({
              type: "settleGame",
              ...asker,
              gameId: gameId(1),
              ...verdict(body),
              ...(body.previewHash === undefined ? {} : { previewHash: body.previewHash }),
            }))
          : undefined,
    ],
  ])("is read back by every replica as it was written: %s", (_what, bodies, command) => {
    let made = 0;
    fc.assert(
      fc.property(bodies, (body) => {
        const asked = command(json(body));
        if (asked === undefined) return;
        made += 1;
        expect(decodeCommand(encodeCommand(asked))).toEqual(asked);
      }),
      { numRuns: 1_000 },
    );
    expect(made).toBeGreaterThan(20);
  });
});
