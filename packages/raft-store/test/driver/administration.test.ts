import { expect, test } from "vitest";
import type { Input } from "../../src/core/effects.ts";
import { Administration } from "../../src/driver/administration.ts";
import type { Administer, AdministerReply } from "../../src/transport/administration-messages.ts";
import { logIndex, nodeId, type NodeId, term, unixMillis } from "../../src/units.ts";
import { entry } from "../storage/fixtures.ts";

const [A, B] = [nodeId("a"), nodeId("b")];
const promote = { type: "promote", nodeId: nodeId("d") } as const;

/** An administration on node a, whose node is made of what a test says. */
function administration(leader: NodeId | null) {
  const inputs: Input[] = [];
  const sent: { to: NodeId; message: Administer | AdministerReply }[] = [];
  const host = {
    nodeId: A,
    session: 7,
    connected: true,
    knows: leader,
    leader: () => host.knows,
    leads: () => host.knows === A,
    wallNow: () => unixMillis(1),
    step: (input: Input) => void inputs.push(input),
    send: (to: NodeId, message: Administer | AdministerReply) => {
      if (host.connected) sent.push({ to, message });
      return host.connected;
    },
  };
  return { host, inputs, sent, it: new Administration(host) };
}

test("a change ends when its entry is applied, and fails when another is in its place", async () => {
  const { it, inputs } = administration(A);
  const [one, two] = [it.ask(promote, 100), it.ask(promote, 100)];
  expect(inputs.map((input) => input.type)).toEqual(["changeMembership", "changeMembership"]);
  it.outcomes([
    { id: 1, outcome: "appended", index: logIndex(5), term: term(2) },
    { id: 2, outcome: "appended", index: logIndex(6), term: term(2) },
  ]);
  it.applied(entry(5, { term: 2 }));
  it.applied(entry(6, { term: 3 }));
  expect(await one).toBe(5);
  await expect(two).rejects.toMatchObject({ code: "RAFT_NOT_LEADER", retry: "safe" });
});

test("a change that a snapshot came over has an unknown end", async () => {
  const { it } = administration(A);
  const asked = it.ask(promote, 100);
  it.outcomes([{ id: 1, outcome: "appended", index: logIndex(5), term: term(2) }]);
  it.restored({ index: logIndex(5), term: term(4) });
  await expect(asked).rejects.toMatchObject({ code: "RAFT_OUTCOME_UNKNOWN" });
});

test("a follower hands a wish to the leader, anew if that did not lead or was not reached, and once only", async () => {
  const { it, host, sent } = administration(null);
  const asked = it.ask(promote, 100);
  it.pump();
  expect(sent).toEqual([]);
  host.knows = B;
  host.connected = false;
  it.pump();
  host.connected = true;
  it.pump();
  it.pump();
  expect(sent).toHaveLength(1);
  const reply = { type: "AdministerReply", session: 7, request: 1, index: logIndex(0) } as const;
  it.onReply({ ...reply, outcome: "not-leader" });
  it.onReply({ ...reply, session: 6, outcome: "done", index: logIndex(1) });
  it.pump();
  expect(sent).toHaveLength(2);
  it.onReply({ ...reply, outcome: "done", index: logIndex(9) });
  expect(await asked).toBe(9);
});

test("whoever does not lead says so", () => {
  const { it, sent } = administration(B);
  it.onRequest(B, { type: "Administer", session: 1, request: 2, wish: promote });
  expect(sent).toEqual([
    {
      to: "b",
      message: {
        type: "AdministerReply",
        session: 1,
        request: 2,
        outcome: "not-leader",
        index: 0,
      },
    },
  ]);
});

test("a transfer ends when the target leads, and fails when another does or its time is up", async () => {
  const { it, host } = administration(A);
  const led = (leader: NodeId): void => {
    it.onCoreEvent({ type: "TransferEnded", to: B, reason: "done" });
    it.onCoreEvent({ type: "LeaderChanged", leader: null, term: term(3) });
    it.onCoreEvent({ type: "LeaderChanged", leader, term: term(3) });
  };
  const done = it.ask({ type: "transfer", to: B }, 100);
  await expect(it.ask({ type: "transfer", to: B }, 100)).rejects.toMatchObject({ code: "RAFT_TRANSFERRING" });
  led(B);
  await done;
  const another = it.ask({ type: "transfer", to: B }, 100);
  led(nodeId("c"));
  await expect(another).rejects.toMatchObject({ code: "RAFT_TRANSFER_FAILED" });
  const expired = it.ask({ type: "transfer", to: B }, 100);
  it.onCoreEvent({ type: "TransferEnded", to: B, reason: "expired" });
  await expect(expired).rejects.toMatchObject({ code: "RAFT_TRANSFER_FAILED" });
  const impossible = it.ask({ type: "transfer", to: B }, 100);
  it.onCoreEvent({ type: "TransferEnded", to: B, reason: "impossible" });
  await expect(impossible).rejects.toMatchObject({ code: "RAFT_MEMBERSHIP_INVALID" });
  expect(await it.ask({ type: "transfer", to: host.nodeId }, 100)).toBe(0);
});

test("a deadline tells what is known: no leader, no way to it, not the leader, or nothing", async () => {
  const { it, host } = administration(null);
  const unled = it.ask(promote, 20);
  it.expire(40, false);
  await expect(unled).rejects.toMatchObject({ code: "RAFT_NO_LEADER" });
  host.knows = B;
  host.connected = false;
  const unreached = it.ask(promote, 60);
  it.expire(80, true);
  await expect(unreached).rejects.toMatchObject({ code: "RAFT_TIMEOUT" });
  host.connected = true;
  const unanswered = it.ask(promote, 100);
  const misdirected = it.ask(promote, 100);
  it.onReply({ type: "AdministerReply", session: 7, request: 4, outcome: "not-leader", index: logIndex(0) });
  const told = Promise.all([
    expect(unanswered).rejects.toMatchObject({ code: "RAFT_OUTCOME_UNKNOWN" }),
    expect(misdirected).rejects.toMatchObject({ code: "RAFT_NOT_LEADER" }),
  ]);
  it.expire(120, true);
  await told;
});

test("a stop tells who was not passed on that nothing has happened", async () => {
  const { it, host } = administration(null);
  const unsent = it.ask(promote, 100);
  const expected = expect(unsent).rejects.toMatchObject({ code: "RAFT_SHUTDOWN" });
  it.stop();
  await expected;
  host.knows = B;
  const sent = it.ask(promote, 100);
  const unknown = expect(sent).rejects.toMatchObject({ code: "RAFT_OUTCOME_UNKNOWN" });
  it.stop();
  await unknown;
});
