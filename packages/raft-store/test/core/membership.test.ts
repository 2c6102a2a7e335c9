import { expect, test } from "vitest";
import { configuration, encodeConfiguration, NO_MEMBERS } from "../../src/core/configuration.ts";
import type { MembershipChange } from "../../src/core/effects.ts";
import type { Entry } from "../../src/core/entry.ts";
import { RaftCore } from "../../src/core/raft-core.ts";
import { seededRandom } from "../../src/core/random.ts";
import { logIndex, nodeId, term, unixMillis } from "../../src/units.ts";
import { CoreGroup, diskWith, ELECTION_TICKS, entriesOf, groupFrom } from "./core-group.ts";

const change = (group: CoreGroup, id: string, what: MembershipChange) =>
  group.step(id, { type: "changeMembership", id: 1, change: what, now: unixMillis(1) }).membership[0];

const D = nodeId("d");

test("a configuration is in force from the moment it is appended (§6)", () => {
  const group = new CoreGroup();
  group.elect("a");
  expect(change(group, "a", { type: "remove", nodeId: nodeId("c") })).toMatchObject({ outcome: "appended" });
  expect(
    group
      .core("a")
      .status()
      .members.map((member) => member.nodeId),
  ).toEqual(["a", "b"]);
});

test("no change before the leader has committed in its own term, nor two at once (Ongaro's correction of 2015)", () => {
  const group = groupFrom({ a: diskWith([1]), b: diskWith([1]), c: diskWith([1]) });
  group.loses = ({ message }) => message.type === "AppendEntriesReply";
  group.elect("a");
  const add = { type: "add-learner", nodeId: D, address: "d:1" } as const;
  expect(change(group, "a", add)).toMatchObject({ outcome: "refused", reason: "in-progress" });
  group.heal();
  group.run(3);
  expect(change(group, "a", add)).toMatchObject({ outcome: "appended" });
  expect(change(group, "a", { type: "remove", nodeId: nodeId("b") })).toMatchObject({
    reason: "in-progress",
  });
});

test("a configuration whose entry is cut off is undone (§6)", () => {
  const group = new CoreGroup();
  group.elect("a");
  group.isolate("a");
  change(group, "a", { type: "remove", nodeId: nodeId("c") });
  group.settle();
  group.crash("a");
  group.run(40);
  group.restart("a");
  group.heal();
  group.run(10);
  expect(
    group
      .core("a")
      .status()
      .members.map((member) => member.nodeId),
  ).toEqual(["a", "b", "c"]);
});

test("a learner that was never heard of gets no vote, be the log ever so short", () => {
  const group = new CoreGroup();
  group.elect("a");
  change(group, "a", { type: "add-learner", nodeId: D, address: "d:1" });
  group.run(2);
  expect(change(group, "a", { type: "promote", nodeId: D })).toMatchObject({
    outcome: "refused",
    reason: "not-caught-up",
  });
});

test("who has a vote, or is no member, is not told to catch up", () => {
  const group = new CoreGroup();
  group.elect("a");
  for (const id of ["a", "b", "nobody"]) {
    expect(change(group, "a", { type: "promote", nodeId: nodeId(id) })).toMatchObject({
      outcome: "refused",
      reason: "invalid",
    });
  }
});

test("a learner catches up, and votes only once promoted (thesis §4.2.1)", () => {
  const group = new CoreGroup({ learners: ["d"] });
  group.elect("a");
  group.run(2);
  expect(change(group, "a", { type: "promote", nodeId: D })).toMatchObject({ outcome: "appended" });
  group.run(2);
  expect(
    group
      .core("b")
      .status()
      .members.find((member) => member.nodeId === "d")?.voter,
  ).toBe(true);
});

test("a leader that removes itself commits the change without its own vote, then steps down (thesis §4.2.2)", () => {
  const group = new CoreGroup();
  group.elect("a");
  change(group, "a", { type: "remove", nodeId: nodeId("a") });
  group.settle();
  group.run(3);
  expect(group.core("a").status().role).not.toBe("leader");
  expect(group.leader).toBeDefined();
  expect(group.leader).not.toBe("a");
});

test("a member that may not campaign itself forgets a silent leader, and votes for whoever comes", () => {
  const group = new CoreGroup({ learners: ["d"] });
  group.elect("a");
  expect(group.core("d").status().leader).toBe("a");
  group.crash("a");
  for (let i = 0; i < 5 * ELECTION_TICKS; i++) {
    group.tick("d");
    if (i < 2 * ELECTION_TICKS) continue;
    expect(group.core("d").status()).toMatchObject({ role: "follower", leader: null });
    group.mail = [];
    group.receive("d", "b", {
      type: "PreVote",
      term: term(2),
      lastLogIndex: logIndex(1),
      lastLogTerm: term(1),
    });
    expect(group.mail.map(({ message }) => message)).toEqual([
      { type: "PreVoteReply", term: 2, granted: true },
    ]);
  }
});

test.each([
  ["a follower", "b", { type: "remove", nodeId: nodeId("c") }, "not-leader"],
  ["a member twice", "a", { type: "add-learner", nodeId: nodeId("b"), address: "b:1" }, "invalid"],
  ["a stranger", "a", { type: "remove", nodeId: D }, "invalid"],
  ["a promotion of a voter", "a", { type: "promote", nodeId: nodeId("b") }, "invalid"],
] as const)("%s cannot be changed", (_, id, what, reason) => {
  const group = new CoreGroup();
  group.elect("a");
  expect(change(group, id, what)).toMatchObject({ outcome: "refused", reason });
});

test("a server that lost sight of what is committed campaigns, though its latest configuration demotes it", () => {
  const member = (id: string, voter: boolean) => ({ nodeId: nodeId(id), address: `${id}:1`, voter });
  const config = (index: number, ...members: ReturnType<typeof member>[]): Entry => ({
    ...(entriesOf([1], index - 1)[0] as Entry),
    type: "config",
    data: encodeConfiguration(configuration(members)),
  });
  // It joined a cluster: of its own it knows nobody, and after its restart nothing is known to be committed.
  const core = new RaftCore(
    {
      nodeId: nodeId("d"),
      session: 1,
      bootstrap: NO_MEMBERS,
      random: seededRandom(1),
      electionTicks: ELECTION_TICKS,
      heartbeatTicks: 1,
      lostLeaderTicks: 3,
      appendBytesMax: 1 << 20,
      inflightMessagesMax: 64,
      inflightBytesMax: 4 << 20,
      uncommittedBytesMax: 16 << 20,
      stallTicks: 40,
      preVote: true,
      checkQuorum: true,
    },
    {
      hardState: { currentTerm: term(1), votedFor: null },
      base: { index: logIndex(0), term: term(0) },
      entries: [
        config(1, member("a", true), member("d", true)),
        config(2, member("a", true), member("d", false)),
      ],
    },
  );
  const asked = new Set<string>();
  for (let i = 0; i < 3 * ELECTION_TICKS; i++) {
    for (const { to, message } of core.step({ type: "tick" }).send) asked.add(`${message.type} ${to}`);
  }
  // Whoever has the older log may be the only voter by it, and cannot win against this one.
  expect([...asked]).toEqual(["PreVote a"]);
});
