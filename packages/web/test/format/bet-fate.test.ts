import type { BetStatus } from "@quorumbook/client";
import { expect, test } from "vitest";
import { fateOf } from "../../src/format/bet-fate.ts";

const OUTCOMES = [
  { key: "opt1", label: "Home" },
  { key: "opt2", label: "Draw" },
  { key: "opt3", label: "Away", withdrawn: true as const },
];
const bet = (status: BetStatus, outcome = "opt1") => ({ status, outcome });

test("a bet that was decided says by which result", () => {
  const settled = { status: "settled", winner: "opt2", outcomes: OUTCOMES } as const;
  expect(fateOf(bet("lost"), settled)).toEqual({ type: "result", winner: "Draw" });
  expect(fateOf(bet("won", "opt2"), settled)).toEqual({ type: "result", winner: "Draw" });
  const shared = { status: "settled", winners: ["opt1", "opt2"], outcomes: OUTCOMES } as const;
  expect(fateOf(bet("won"), shared)).toEqual({ type: "deadHeat", winners: ["Home", "Draw"] });
});

test("a void bet says whether its outcome, the game, the result or the house made it so", () => {
  const open = { status: "open", outcomes: OUTCOMES } as const;
  expect(fateOf(bet("void", "opt3"), open)).toEqual({ type: "withdrawn", label: "Away" });
  expect(fateOf(bet("void"), open)).toEqual({ type: "betVoid" });
  expect(fateOf(bet("void"), { ...open, status: "voided" })).toEqual({ type: "gameVoid" });
  expect(fateOf(bet("void"), { ...open, status: "settled", push: true })).toEqual({ type: "push" });
  // Voided before its game was settled by a result.
  expect(fateOf(bet("void"), { ...open, status: "settled", winner: "opt2" })).toEqual({ type: "betVoid" });
});

test("a bet that stands says so only once betting has ended", () => {
  expect(fateOf(bet("open"), { status: "open", outcomes: OUTCOMES })).toBeNull();
  expect(fateOf(bet("open"), { status: "closed", outcomes: OUTCOMES })).toEqual({ type: "waiting" });
  expect(fateOf(bet("cashedOut"), { status: "settled", winner: "opt2", outcomes: OUTCOMES })).toBeNull();
  expect(fateOf(bet("lost"), undefined)).toBeNull();
});
