// What every log must do that a game node is to stand on.
import { type Command, minorUnits, SYSTEM, userId } from "@quorumbook/betting-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BettingStateMachine } from "../../src/replication/betting-state-machine.ts";
import { LogError, type ReplicatedLog } from "../../src/replication/replicated-log.ts";

const WAIT_MS = 5_000;

const openBook: Command = {
  type: "openBook",
  actor: SYSTEM,
  openingBankroll: minorUnits(1_000_000),
  welcomeBalance: minorUnits(10_000),
  refuseUnsafePricing: false,
};

function deposit(amount: number, key?: string): Command {
  const actor = userId("ann");
  return { type: "deposit", actor, amount: minorUnits(amount), ...(key === undefined ? {} : { key }) };
}

/** @param open a log that this node leads, or is about to lead, on an empty machine */
export function replicatedLogContract(
  name: string,
  open: (machine: BettingStateMachine) => Promise<ReplicatedLog>,
): void {
  describe(name, () => {
    const machine = new BettingStateMachine();
    let log: ReplicatedLog;

    beforeAll(async () => {
      log = await open(machine);
      await log.submit(openBook, WAIT_MS);
    });
    afterAll(() => log.close());

    it("answers a command with what the book decided, after this node has applied it", async () => {
      const { index, applied } = await log.submit(deposit(5), WAIT_MS);
      expect(applied).toMatchObject({
        outcome: { status: "accepted", balance: 10_005 },
        commandIndex: index,
      });
      expect(machine.book.index).toBeGreaterThanOrEqual(index);
      expect(machine.book.account(userId("ann"))?.balance).toBe(10_005);
    });

    it("applies commands that come together each once, in one order, at times that never go back", async () => {
      const seen: { index: number; at: number }[] = [];
      machine.listen({ onApplied: ({ index, at }) => seen.push({ index, at }), onRestored: () => undefined });
      const before = machine.book.account(userId("ann"))?.balance ?? 0;
      const done = await Promise.all(Array.from({ length: 100 }, () => log.submit(deposit(1), WAIT_MS)));
      expect(machine.book.account(userId("ann"))?.balance).toBe(before + 100);
      expect(new Set(done.map(({ index }) => index)).size).toBe(100);
      expect(seen.map(({ index }) => index)).toEqual(done.map(({ index }) => index).sort((a, b) => a - b));
      expect(seen.map(({ at }) => at)).toEqual(seen.map(({ at }) => at).sort((a, b) => a - b));
    });

    it("lets the book tell a repeat by its key", async () => {
      const first = await log.submit(deposit(7, "key-00000001"), WAIT_MS);
      const repeat = await log.submit(deposit(7, "key-00000001"), WAIT_MS);
      expect(repeat.index).toBeGreaterThan(first.index);
      expect(repeat.applied).toMatchObject({ replayed: true, commandIndex: first.index });
    });

    it("gives a read point at or above everything acknowledged", async () => {
      const { index } = await log.submit(deposit(1), WAIT_MS);
      expect(await log.barrier(WAIT_MS)).toBeGreaterThanOrEqual(index);
    });

    it("waits for an index that it has, and gives up on one that does not come", async () => {
      const { index } = await log.submit(deposit(1), WAIT_MS);
      await log.appliedAtLeast(index, WAIT_MS);
      const wait = log.appliedAtLeast(index + 1_000, 50);
      await expect(wait).rejects.toBeInstanceOf(LogError);
      await expect(wait).rejects.toMatchObject({ code: "replica_behind" });
    });

    it("knows itself", () => {
      const status = log.status();
      expect(status).toMatchObject({ role: "leader", leader: status.nodeId, ready: true });
      expect(status.appliedIndex).toBeGreaterThanOrEqual(machine.book.index);
      expect(status.commitIndex).toBeGreaterThanOrEqual(status.appliedIndex);
      expect(status.lastIndex).toBeGreaterThanOrEqual(status.commitIndex);
      expect(status.members.map(({ nodeId }) => nodeId)).toContain(status.nodeId);
    });
  });
}
