import { amount, type CommandOf, gameId, minorUnits, odds, SYSTEM, userId } from "@quorumbook/betting-core";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { BettingStateMachine } from "../../src/replication/betting-state-machine.ts";
import { CommandGateway } from "../../src/replication/command-gateway.ts";
import { MemoryLog } from "../../src/replication/memory-log.ts";
import type { Committed } from "../../src/replication/replicated-log.ts";

const bet: CommandOf<"placeBet"> = {
  type: "placeBet",
  actor: userId("ann"),
  gameId: gameId(1),
  outcome: "opt1",
  stake: amount(100),
  odds: odds(20_000),
  accept: "any",
};

let gateway: CommandGateway;
/** Lets the log answer the command that has waited longest. */
let answers: (() => Promise<void>)[];

beforeEach(async () => {
  const machine = new BettingStateMachine();
  const log = new MemoryLog(machine, Date.now);
  await log.submit({
    type: "openBook",
    actor: SYSTEM,
    openingBankroll: minorUnits(1_000_000),
    welcomeBalance: minorUnits(10_000),
    refuseUnsafePricing: false,
  });
  gateway = new CommandGateway(log, machine);
  answers = [];
  const submit = log.submit.bind(log);
  vi.spyOn(log, "submit").mockImplementation(
    (command) =>
      new Promise<Committed>((resolve) => {
        answers.push(async () => resolve(await submit(command)));
      }),
  );
});

/** Commands that begin to wait, each with what becomes of it. */
function ask(count: number): Promise<string>[] {
  return Array.from({ length: count }, () =>
    gateway.submit(bet).then(
      ({ outcome }) => outcome.status,
      (error: { refusal: { code: string; retryAfter: number } }) =>
        `${error.refusal.code}, retry after ${error.refusal.retryAfter}`,
    ),
  );
}

async function answerAll(): Promise<void> {
  for (const answer of answers.splice(0)) await answer();
}

describe("the way into the log", () => {
  it("takes thousands at once while the log answers fast", async () => {
    const waiting = ask(9_000);
    expect(gateway.inFlight).toBe(9_000);
    await answerAll();
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(["rejected"]));
    expect(gateway.inFlight).toBe(0);
  });

  it("refuses at once beyond what can be answered in time, and what waits is still answered", async () => {
    const waiting = ask(10_000);
    expect(await Promise.all(ask(3))).toEqual(Array(3).fill("overloaded, retry after 1"));
    await answerAll();
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(["rejected"]));
  });

  it("refuses early where the log has become slow, and takes more again once it is not", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    try {
      const first = ask(1);
      vi.advanceTimersByTime(600);
      await answerAll();
      await Promise.all(first);
      const waiting = ask(1_000);
      expect(await Promise.all(ask(2))).toEqual(Array(2).fill("overloaded, retry after 1"));
      vi.advanceTimersByTime(100);
      await answerAll();
      await Promise.all(waiting);
      const more = ask(2_000);
      expect(gateway.inFlight).toBe(2_000);
      await answerAll();
      expect(new Set(await Promise.all(more))).toEqual(new Set(["rejected"]));
    } finally {
      vi.useRealTimers();
    }
  });
});
