import { expect, test } from "vitest";
import type { MembershipChange } from "../../src/core/effects.ts";
import { logIndex, nodeId, term, unixMillis } from "../../src/units.ts";
import { CoreGroup, diskWith, ELECTION_TICKS, groupFrom } from "./core-group.ts";

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

test("a learner joins, catches up, and votes only once promoted (thesis §4.2.1)", () => {
  const group = new CoreGroup({ ids: ["a", "b", "c"], learners: [] });
  group.elect("a");
  change(group, "a", { type: "add-learner", nodeId: D, address: "d:1" });
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
