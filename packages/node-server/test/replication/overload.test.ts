import { amount, type CommandOf, gameId, minorUnits, odds, SYSTEM, userId } from "@quorumbook/betting-core";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { BettingStateMachine } from "../../src/replication/betting-state-machine.ts";
import { Admission, SLOW_MS, WAITING_AT_FIRST, WAITING_MAX } from "../../src/replication/admission.ts";
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
  it("refuses at once what is more than it can promise, and what waits is still answered", async () => {
    const waiting = ask(WAITING_AT_FIRST);
    expect(await Promise.all(ask(3))).toEqual(Array(3).fill("overloaded, retry after 1"));
    await answerAll();
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(["rejected"]));
    expect(gateway.inFlight).toBe(0);
  });
});

describe("how many may wait", () => {
  const answer = (admission: Admission, count: number, waitedMs: number): void => {
    for (let i = 0; i < count; i += 1) {
      admission.enter();
      admission.leave(waitedMs);
    }
  };
  /** How many get in, beside the one that always waits so that the limit is kept. */
  const roomOf = (admission: Admission): number => {
    let room = 0;
    while (admission.enter()) room += 1;
    return room + 1;
  };
  const busy = (): Admission => {
    const admission = new Admission();
    admission.enter();
    return admission;
  };

  it("grows with each answer in time, up to ten thousand", () => {
    const some = busy();
    answer(some, 500, 100);
    expect(roomOf(some)).toBe(WAITING_AT_FIRST + 500);
    const many = busy();
    answer(many, 50_000, SLOW_MS);
    expect(roomOf(many)).toBe(WAITING_MAX);
  });

  it("shrinks four times as fast with slow ones, and never below where it began", () => {
    const admission = busy();
    answer(admission, 4_000, 100);
    answer(admission, 500, SLOW_MS + 1);
    expect(roomOf(admission)).toBe(WAITING_AT_FIRST + 2_000);
    const slow = busy();
    answer(slow, 10_000, 5_000);
    expect(roomOf(slow)).toBe(WAITING_AT_FIRST);
  });

  it("begins anew after a pause", () => {
    const admission = busy();
    answer(admission, 4_000, 100);
    admission.leave(100);
    expect(admission.waiting).toBe(0);
    expect(roomOf(admission) - 1).toBe(WAITING_AT_FIRST);
  });
});
