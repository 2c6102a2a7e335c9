// Random lives of a book. A script is plain data that fast-check can shrink; it becomes commands while it runs,
// because the interesting ones depend on the odds and caps of the moment.

import fc from "fast-check";
import {
  amount,
  type Applied,
  type Book,
  type Command,
  createBook,
  DEFAULT_PRICING,
  gameId,
  type Limits,
  logIndex,
  type MinorUnits,
  minorUnits,
  type Odds,
  odds,
  type Pricing,
  unixMillis,
  userId,
} from "../src/index.ts";
import { ADMIN, DAY, HOUR, START } from "./fixtures.ts";

const USERS = ["ann", "ben", "cyd", "dee"].map(userId);

export type Step =
  | { readonly do: "command"; readonly command: Command; readonly after: number }
  | {
      readonly do: "bet";
      readonly user: number;
      readonly game: number;
      readonly outcome: number;
      readonly stake: number | "cap" | "above cap";
      readonly odds: number | "current" | "worse" | "better" | "off tick";
      readonly accept: "exact" | "better" | "any";
      readonly minOdds: boolean;
      readonly key: string | undefined;
      readonly after: number;
    }
  | { readonly do: "repeat"; readonly which: number; readonly after: number };

/** Most steps follow at once; some after an hour or a day, some with a clock that was set back. */
const after = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom(0, 1, 250) },
  { weight: 2, arbitrary: fc.constantFrom(HOUR - 1, HOUR, DAY - 1, DAY, -5_000) },
);
const key = fc.option(fc.constantFrom("k1", "k2", "k3", "k4", "k5", "k6", "k7", "k8", "k9", "k10"), {
  nil: undefined,
  freq: 3,
});
const user = fc.integer({ min: 0, max: USERS.length - 1 });
const game = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 1, max: 4 }) },
  { weight: 1, arbitrary: fc.integer({ min: 5, max: 40 }) },
);
const outcome = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 0, max: 2 }) },
  { weight: 1, arbitrary: fc.integer({ min: 3, max: 6 }) },
);
const money = fc.oneof(
  fc.integer({ min: 1, max: 30 }),
  fc.integer({ min: 1, max: 30_000 }),
  fc.constant(100_000_000_000),
);

const pricing: fc.Arbitrary<Partial<Pricing>> = fc.record(
  {
    virtualStake: fc.constantFrom(1, 77, 10_000, 1_000_000).map(amount),
    commissionBp: fc.constantFrom(0, 1, 500, 5_000, 9_999),
    margin: fc.constantFrom(0, 1, 5_000, 90_000).map(minorUnits),
    tick: fc.constantFrom(1, 100, 1_000, 10_000),
  },
  { requiredKeys: [] },
);

const windows = fc.record({ day: limit(), week: limit(), month: limit() }, { requiredKeys: [] });
const limits: fc.Arbitrary<Limits> = fc.record(
  {
    deposit: windows,
    stake: windows,
    loss: windows,
    excludedUntil: fc.constantFrom(START, START + HOUR, START + 3 * DAY).map(unixMillis),
  },
  { requiredKeys: ["deposit", "stake", "loss"] },
);

function limit(): fc.Arbitrary<MinorUnits> {
  return fc.constantFrom(0, 500, 5_000, 50_000).map(minorUnits);
}

const command: fc.Arbitrary<Command> = fc
  .record({ user, key, game, outcome, money, pricing, limits, what: fc.integer({ min: 0, max: 34 }) })
  .map(
    ({
      user: who,
      key: mark,
      game: id,
      outcome: position,
      money: sum,
      pricing: price,
      limits: bounds,
      what,
    }) => {
      const own = {
        actor: USERS[who] as (typeof USERS)[number],
        ...(mark === undefined ? {} : { key: mark }),
      };
      const admin = { ...own, actor: ADMIN };
      const winner = `opt${position + 1}`;
      const onGame = { ...admin, gameId: gameId(id) };
      if (what < 2) return { type: "openAccount", ...own };
      if (what < 6) return { type: "deposit", ...own, amount: amount(sum) };
      if (what < 10) return { type: "withdraw", ...own, amount: amount(sum) };
      if (what < 15) {
        const outcomes = ["Home", "Draw", "Away"].slice(0, 2 + (position % 2));
        const prior = sum % 2 === 0 ? {} : { prior: [9_000, 1_000, 0].slice(0, outcomes.length) };
        const closes = sum % 3 === 0 ? { closesAt: unixMillis(START + (sum % 100) * 60_000) } : {};
        return {
          type: "createGame",
          ...admin,
          question: `Game of ${sum}`,
          category: sum % 2 === 0 ? "real" : "virtual",
          outcomes,
          ...closes,
          pricing: {
            ...DEFAULT_PRICING,
            ...price,
            ...prior,
            ...(sum === 29 ? { strategy: "lmsr" as const } : {}),
          },
        };
      }
      if (what < 16) return { type: "suspendGame", ...onGame };
      if (what < 18) return { type: "resumeGame", ...onGame, reason: "on we go" };
      if (what < 20) return { type: "closeGame", ...onGame };
      if (what < 23) {
        return {
          type: "settleGame",
          ...onGame,
          winner,
          ...(sum === 1 ? { previewHash: "0123456789abcdef" } : {}),
        };
      }
      if (what < 25) return { type: "resettleGame", ...onGame, winner, reason: "the result was wrong" };
      if (what < 26) return { type: "voidGame", ...onGame };
      if (what < 29) return { type: "setLimits", ...own, limits: bounds };
      if (what < 31) return { type: "addBankroll", ...admin, amount: amount(sum), reason: "more" };
      if (what < 32) {
        const refuseUnsafePricing = false;
        return {
          type: "openBook",
          ...admin,
          openingBankroll: minorUnits(sum),
          welcomeBalance: minorUnits(7),
          refuseUnsafePricing,
        };
      }
      return { type: "expire", ...admin };
    },
  );

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("command" as const), command, after }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("bet" as const),
      user,
      game,
      outcome,
      stake: fc.oneof(
        { weight: 3, arbitrary: money },
        { weight: 1, arbitrary: fc.constantFrom("cap" as const, "above cap" as const) },
      ),
      odds: fc.oneof(
        {
          weight: 4,
          arbitrary: fc.constantFrom(
            "current" as const,
            "current" as const,
            "worse" as const,
            "better" as const,
            "off tick" as const,
          ),
        },
        { weight: 1, arbitrary: fc.integer({ min: 1, max: 40_000 }) },
      ),
      accept: fc.constantFrom("exact" as const, "better" as const, "any" as const),
      minOdds: fc.boolean(),
      key,
      after,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("repeat" as const), which: fc.nat({ max: 1_000 }), after }),
  },
);

/** Every script begins with some games to bet on. */
export const script: fc.Arbitrary<readonly Step[]> = fc
  .tuple(fc.array(pricing, { minLength: 1, maxLength: 3 }), fc.array(step, { minLength: 5, maxLength: 60 }))
  .map(([prices, steps]) => [
    ...prices.map(
      (price, number): Step => ({
        do: "command",
        command: {
          type: "createGame",
          actor: ADMIN,
          question: `Match ${number}`,
          category: "real",
          outcomes: ["Home", "Draw", "Away"].slice(0, 2 + (number % 2)),
          pricing: { ...DEFAULT_PRICING, ...price },
        },
        after: 1,
      }),
    ),
    ...steps,
  ]);

export interface Applying {
  readonly command: Command;
  readonly entry: { readonly index: ReturnType<typeof logIndex>; readonly at: ReturnType<typeof unixMillis> };
}

export interface Hooks {
  before?(book: Book, applying: Applying): void;
  after?(book: Book, applying: Applying, applied: Applied): void;
}

export function newBook(): Book {
  return createBook({ openingBankroll: minorUnits(1_000_000) });
}

/** Runs a script; the entries that came of it can be applied to another book. */
export function run(steps: readonly Step[], hooks: Hooks = {}, book: Book = newBook()): Applying[] {
  const history: Applying[] = [];
  let now = START;
  for (const each of steps) {
    now += each.after;
    const made = commandOf(each, book, history);
    if (made === undefined) continue;
    const applying: Applying = {
      command: made,
      entry: { index: logIndex(book.index + 1), at: unixMillis(now) },
    };
    hooks.before?.(book, applying);
    const applied = book.apply(made, applying.entry);
    history.push(applying);
    hooks.after?.(book, applying, applied);
  }
  return history;
}

function commandOf(each: Step, book: Book, history: readonly Applying[]): Command | undefined {
  if (each.do === "command") return each.command;
  if (each.do === "repeat") {
    return history.length === 0 ? undefined : history[each.which % history.length]?.command;
  }
  const shown = book.game(gameId(each.game))?.outcomes[each.outcome];
  const current = shown?.odds ?? 20_000;
  const tick = book.game(gameId(each.game))?.pricing.tick ?? 100;
  const cap = shown?.cap ?? 100;
  const stake = each.stake === "cap" ? cap : each.stake === "above cap" ? cap + 1 : each.stake;
  return {
    type: "placeBet",
    actor: USERS[each.user] as (typeof USERS)[number],
    ...(each.key === undefined ? {} : { key: each.key }),
    gameId: gameId(each.game),
    outcome: `opt${each.outcome + 1}`,
    stake: amount(Math.min(100_000_000_000, Math.max(1, stake))),
    odds: sentOdds(each.odds, current, tick),
    accept: each.accept,
    ...(each.accept === "any" && each.minOdds ? { minOdds: sentOdds(each.odds, current, tick) } : {}),
  };
}

function sentOdds(sent: Extract<Step, { do: "bet" }>["odds"], current: number, tick: number): Odds {
  const values = { current, worse: current - tick, better: current + tick, "off tick": current + 1 };
  return odds(Math.min(10_000_000, Math.max(1, typeof sent === "number" ? sent : values[sent])));
}
