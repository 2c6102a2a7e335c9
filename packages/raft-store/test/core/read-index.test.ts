import { expect, test } from "vitest";
import { CoreGroup, diskWith, ELECTION_TICKS, groupFrom } from "./core-group.ts";

test("a read point is given after a round of heartbeats, at the commit index of its asking (thesis §6.4)", () => {
  const group = new CoreGroup();
  group.elect("a");
  group.propose("a", 1);
  group.settle();
  group.step("a", { type: "readIndex", id: 7 });
  expect(group.node("a").reads).toEqual([]);
  group.settle();
  expect(group.node("a").reads).toEqual([{ id: 7, outcome: "ready", index: 2 }]);
});

test("a read waits until the leader has committed in its own term, and is not dropped (thesis §6.4)", () => {
  const group = groupFrom({ a: diskWith([1, 1]), b: diskWith([1, 1]), c: diskWith([1]) });
  group.loses = ({ message }) => message.type === "AppendEntriesReply";
  group.elect("a");
  group.step("a", { type: "readIndex", id: 1 });
  group.settle();
  expect(group.node("a").reads).toEqual([]);
  group.heal();
  group.run(3);
  expect(group.node("a").reads).toEqual([{ id: 1, outcome: "ready", index: 3 }]);
});

test("a deposed leader gives no read point: its old answers do not count for a new round", () => {
  const group = new CoreGroup({ checkQuorum: false });
  group.elect("a");
  // An answer to an earlier heartbeat is still under way when the question comes in.
  group.tick("a");
  group.deliver(({ message }) => message.type === "AppendEntries");
  const late = group.mail;
  group.mail = [];
  group.isolate("a");
  group.step("a", { type: "readIndex", id: 1 });
  for (const { from, message } of late) group.receive("a", from, message);
  for (let i = 0; i < 3; i++) group.tick("a");
  expect(group.node("a").reads).toEqual([]);
});

test("a follower asks its leader and gets the leader's commit index (thesis §6.4)", () => {
  const group = new CoreGroup();
  group.elect("a");
  group.propose("a", 1);
  group.settle();
  group.step("c", { type: "readIndex", id: 3 });
  group.settle();
  expect(group.node("c").reads).toEqual([{ id: 3, outcome: "ready", index: 2 }]);
});

test("an answer to a question of an earlier process of the same node is not taken", () => {
  const group = new CoreGroup();
  group.elect("a");
  group.step("c", { type: "readIndex", id: 1 });
  group.deliver(({ message }) => message.type === "ReadIndex");
  group.deliver(({ to }) => to !== "c");
  group.settle();
  const answered = group.node("c").reads;
  expect(answered).toHaveLength(1);
  group.step("c", { type: "readIndex", id: 2 });
  const question = group.mail.find(({ message }) => message.type === "ReadIndex");
  group.crash("c");
  group.restart("c");
  if (question !== undefined) group.mail.push(question);
  group.run(2);
  group.step("c", { type: "readIndex", id: 2 });
  group.mail = group.mail.filter(({ message }) => message.type !== "ReadIndex");
  group.run(2);
  expect(group.node("c").reads).toEqual([]);
});

test("a read without a leader, or whose leader is gone, is refused rather than forgotten", () => {
  const group = new CoreGroup();
  group.step("a", { type: "readIndex", id: 1 });
  expect(group.node("a").reads).toEqual([{ id: 1, outcome: "refused" }]);
  group.elect("a");
  group.isolate("a");
  group.step("a", { type: "readIndex", id: 2 });
  group.step("c", { type: "readIndex", id: 3 });
  for (let i = 0; i < 2 * ELECTION_TICKS; i++) for (const id of ["a", "c"]) group.tick(id);
  expect(group.node("a").reads.at(-1)).toEqual({ id: 2, outcome: "refused" });
  expect(group.node("c").reads.at(-1)).toEqual({ id: 3, outcome: "refused" });
});

test("all reads of one step share one round", () => {
  const group = new CoreGroup();
  group.elect("a");
  group.mail = [];
  for (const id of [1, 2, 3]) group.step("a", { type: "readIndex", id });
  group.settle();
  expect(group.node("a").reads.map((read) => read.id)).toEqual([1, 2, 3]);
});

test("a single node serves reads by itself", () => {
  const group = new CoreGroup({ ids: ["a"] });
  group.elect("a");
  group.step("a", { type: "readIndex", id: 1 });
  expect(group.node("a").reads).toEqual([{ id: 1, outcome: "ready", index: 1 }]);
});
