import {
  amount,
  type CommandOf,
  DEFAULT_PRICING,
  odds,
  SYSTEM,
  unixMillis,
  userId,
} from "@quorumbook/betting-core";
import { beforeEach, describe, expect, it } from "vitest";
import { BettingStateMachine } from "../../src/replication/betting-state-machine.ts";
import { performDuties } from "../../src/replication/leader-duties.ts";
import { MemoryLog } from "../../src/replication/memory-log.ts";

const START = Date.parse("2026-11-22T12:00:00Z");
const MINUTE = 60_000;

let now: number;
let machine: BettingStateMachine;
let log: MemoryLog;

beforeEach(() => {
  now = START;
  machine = new BettingStateMachine();
  log = new MemoryLog(machine, () => now);
});

const perform = (): Promise<boolean> =>
  performDuties({
    log,
    book: () => machine.book,
    bankroll: 100_000_000,
    onDelay: (error) => {
      throw error;
    },
  });

async function openGame(closesAt: number): Promise<void> {
  const game: CommandOf<"createGame"> = {
    type: "createGame",
    actor: SYSTEM,
    question: "Who wins?",
    category: "real",
    outcomes: ["Home", "Away"],
    closesAt: unixMillis(closesAt),
    pricing: DEFAULT_PRICING,
  };
  await log.submit(game);
}

const status = (): string | undefined => machine.book.games().items[0]?.status;

describe("the leader's duties", () => {
  it("open a new book once, and log nothing where nothing is due", async () => {
    expect(await perform()).toBe(true);
    expect(machine.book.totals().openingBankroll).toBe(100_000_000);
    expect(await perform()).toBe(false);
  });

  it("are not done by a node that does not lead", async () => {
    log.lead(false);
    expect(await perform()).toBe(false);
    expect(machine.opened).toBe(false);
  });

  it("close a game when its time has come, not before", async () => {
    await perform();
    await openGame(START + MINUTE);
    now = START + MINUTE - 1;
    expect(await perform()).toBe(false);
    now += 1;
    expect(await perform()).toBe(true);
    expect(status()).toBe("closed");
  });

  it("close a game past its time in the log, though the leader's own clock is behind", async () => {
    await perform();
    await openGame(START + MINUTE);
    now = START + 2 * MINUTE;
    await log.submit({ type: "deposit", actor: userId("ann"), amount: amount(1) });
    now = START;
    expect(await perform()).toBe(true);
    expect(status()).toBe("closed");
    expect(await perform()).toBe(false);
  });

  it("go on until all that a settlement owes is written, and then stop", async () => {
    await perform();
    await openGame(START + MINUTE);
    const gameId = machine.book.games().items[0]?.id;
    if (gameId === undefined) throw new Error("no game");
    // More than the settlement's own entry writes.
    for (let bet = 0; bet < 300; bet += 1) {
      await log.submit({
        type: "placeBet",
        actor: userId(`user-${bet}`),
        gameId,
        outcome: "opt1",
        stake: amount(10),
        odds: odds(10_100),
        accept: "any",
      });
    }
    await log.submit({ type: "closeGame", actor: SYSTEM, gameId });
    await log.submit({ type: "settleGame", actor: SYSTEM, gameId, winner: "opt2" });
    expect(await perform()).toBe(true);
    expect(await perform()).toBe(false);
  });
});
