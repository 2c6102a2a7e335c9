import { type Command, encodeCommand, minorUnits, SYSTEM, userId } from "@quorumbook/betting-core";
import { expect, it } from "vitest";
import { BettingStateMachine } from "../../../src/replication/betting-state-machine.ts";
import { type BatchHead, encodeBatch } from "../../../src/replication/nats/batch-codec.ts";
import { Replica, StateDiverged } from "../../../src/replication/nats/replica.ts";
import { AWAY_MS } from "../../../src/replication/nats/roster.ts";

const openBook: Command = {
  type: "openBook",
  actor: SYSTEM,
  openingBankroll: minorUnits(1_000_000),
  welcomeBalance: minorUnits(10_000),
  refuseUnsafePricing: false,
};
const deposit: Command = { type: "deposit", actor: userId("ann"), amount: minorUnits(5) };

/** A stream under the test's hands, and any number of replicas that read it. */
function stream() {
  const messages: { seq: number; at: number; data: Uint8Array }[] = [];
  const seqs = new Map<string, number>();
  return {
    messages,
    say(nodeId: string, at: number, commands: readonly Command[] = [], more: Partial<BatchHead> = {}) {
      const seq = (seqs.get(nodeId) ?? 0) + 1;
      seqs.set(nodeId, seq);
      const head = { nodeId, session: nodeId, seq, floor: 1, appliedIndex: 0, ...more };
      const data = encodeBatch({ head, commands: commands.map(encodeCommand) });
      messages.push({ seq: messages.length + 1, at, data });
    },
    again(seq: number) {
      const { at, data } = messages[seq - 1] ?? { at: 0, data: Buffer.alloc(0) };
      messages.push({ seq: messages.length + 1, at, data });
    },
  };
}

function follow(messages: readonly { seq: number; at: number; data: Uint8Array }[]) {
  const machine = new BettingStateMachine();
  const replica = new Replica(machine);
  const taken = messages.map((message) => replica.take(message));
  return { machine, replica, taken };
}

it("counts commands, whatever messages they came in", () => {
  const log = stream();
  log.say("node1", 1_000, [openBook, deposit]);
  log.say("node2", 1_001);
  log.say("node2", 1_002, [deposit]);
  const { replica, taken, machine } = follow(log.messages);
  expect(taken.map(({ results }) => results?.map(({ index }) => index))).toEqual([[1, 2], [], [3]]);
  expect(replica.index).toBe(3);
  expect(machine.book.account(userId("ann"))?.balance).toBe(10_010);
});

it("applies a message that is in the stream twice once, and says so", () => {
  const log = stream();
  log.say("node1", 1_000, [openBook, deposit]);
  log.again(1);
  const { replica, taken } = follow(log.messages);
  expect(taken[1]?.results).toBeUndefined();
  expect(replica.index).toBe(2);
});

it("passes over what is none of ours, and stops where messages are missing", () => {
  const log = stream();
  log.say("node1", 1_000, [openBook]);
  const { replica } = follow(log.messages);
  expect(replica.take({ seq: 2, at: 1_001, data: Buffer.from("hello") }).head).toBeUndefined();
  expect(() => replica.take({ seq: 4, at: 1_002, data: Buffer.from("hello") })).toThrow("goes on at 4");
});

it("never lets log time go back", () => {
  const log = stream();
  log.say("node1", 2_000, [openBook]);
  log.say("node1", 1_000, [deposit]);
  const { replica, machine } = follow(log.messages);
  expect(replica.at).toBe(2_000);
  expect(machine.book.at).toBe(2_000);
});

it("has the first that speaks lead, and the next one once that is away or has left", () => {
  const log = stream();
  log.say("node2", 10_000);
  log.say("node1", 10_001);
  log.say("node1", 10_000 + AWAY_MS - 1);
  log.say("node1", 10_000 + AWAY_MS);
  log.say("node1", 10_001 + AWAY_MS, [], { leaving: true });
  log.say("node3", 10_002 + AWAY_MS);
  const machine = new BettingStateMachine();
  const replica = new Replica(machine);
  const leaders = log.messages.map((message) => {
    replica.take(message);
    return `${replica.roster.term} ${replica.roster.leader}`;
  });
  expect(leaders).toEqual(["1 node2", "1 node2", "1 node2", "2 node1", "2 undefined", "3 node3"]);
  expect(replica.roster.members.map(({ nodeId }) => nodeId)).toEqual(["node1", "node2", "node3"]);
});

it("goes on from a snapshot as from the beginning", async () => {
  const log = stream();
  log.say("node1", 1_000, [openBook, deposit]);
  log.say("node2", 1_001, [deposit]);
  const { machine, replica } = follow(log.messages);
  const chunks: Uint8Array[] = [];
  const state = JSON.parse(JSON.stringify(replica.state()));
  for await (const chunk of machine.snapshot().encode()) chunks.push(chunk.slice());
  log.again(2);
  log.say("node2", 1_002, [deposit]);

  const restoredMachine = new BettingStateMachine();
  await restoredMachine.restore(
    (async function* () {
      yield* chunks;
    })(),
  );
  const restored = new Replica(restoredMachine, state);
  for (const message of log.messages.slice(2)) restored.take(message);
  const whole = follow(log.messages);
  expect(restored.state()).toEqual(whole.replica.state());
  expect(restoredMachine.digest()).toBe(whole.machine.digest());
});

it("stops where its book is another than the leader's at the same index, and not for a follower's word", () => {
  const log = stream();
  const many = Array.from({ length: 1_100 }, () => deposit);
  log.say("node1", 1_000, [openBook, ...many]);
  log.say("node2", 1_001, [], { digest: { index: 1_000, value: "wrong" } });
  const { replica, machine } = follow(log.messages);
  log.say("node1", 1_002, [], { digest: { ...machine.lastDigest } });
  log.say("node1", 1_003, [], { digest: { index: 1_000, value: "wrong" } });
  const [right, wrong] = log.messages.slice(2);
  if (right === undefined || wrong === undefined) throw new Error("two messages were said");
  replica.take(right);
  expect(() => replica.take(wrong)).toThrow(StateDiverged);
});
