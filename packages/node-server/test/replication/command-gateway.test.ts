import { userId } from "@quorumbook/betting-core";
import { beforeEach, expect, it, vi } from "vitest";
import { ProblemError } from "../../src/contract/problem-codes.ts";
import { BettingStateMachine } from "../../src/replication/betting-state-machine.ts";
import { CommandGateway } from "../../src/replication/command-gateway.ts";
import { Deadline } from "../../src/replication/deadline.ts";
import { MemoryLog } from "../../src/replication/memory-log.ts";
import { performDuties } from "../../src/replication/leader-duties.ts";

const ann = userId("ann");
let log: MemoryLog;
let gateway: CommandGateway;

beforeEach(async () => {
  const machine = new BettingStateMachine();
  log = new MemoryLog(machine, Date.now);
  gateway = new CommandGateway(log, machine);
  const book = () => machine.book;
  await performDuties({ log, book, bankroll: 1_000, onDelay: () => undefined });
});

async function codeOf(asked: Promise<unknown> | undefined): Promise<string> {
  try {
    await asked;
    return "none";
  } catch (error) {
    return error instanceof ProblemError ? error.refusal.code : String(error);
  }
}

it("all waits of one request share its time: what one takes is missing to the next", async () => {
  const asked: number[] = [];
  const slowly = async (waitMs: number): Promise<void> => {
    asked.push(waitMs);
    await new Promise((resolve) => setTimeout(resolve, 40));
  };
  vi.spyOn(log, "barrier").mockImplementation(async (waitMs = 0) => slowly(waitMs).then(() => 1));
  vi.spyOn(log, "appliedAtLeast").mockImplementation(async (_index, waitMs = 0) => slowly(waitMs));
  const submit = log.submit.bind(log);
  vi.spyOn(log, "submit").mockImplementation(async (command, waitMs = 0) => {
    await slowly(waitMs);
    return submit(command);
  });
  const deadline = new Deadline(3_000);
  await gateway.barrier(deadline);
  await gateway.reach(100, deadline);
  await gateway.ensureAccount(ann, deadline);
  await gateway.submit({ type: "openAccount", actor: ann }, deadline);
  expect(asked).toHaveLength(4);
  expect(asked[0]).toBe(2_000);
  expect(asked[1]).toBe(2_000);
  expect(asked[2]).toBeLessThanOrEqual(2_930);
  expect(asked[3]).toBeLessThanOrEqual((asked[2] ?? 0) - 30);
});

it("a request without time left is refused in a way that is safe to repeat, and nothing is logged", async () => {
  const before = log.status().lastIndex;
  const over = new Deadline(0);
  expect(await codeOf(gateway.submit({ type: "openAccount", actor: ann }, over))).toBe("no_leader");
  expect(await codeOf(gateway.ensureAccount(ann, over))).toBe("no_leader");
  expect(await codeOf(gateway.barrier(over))).toBe("no_leader");
  expect(await codeOf(gateway.reach(1_000, over))).toBe("replica_behind");
  expect(log.status().lastIndex).toBe(before);
});
