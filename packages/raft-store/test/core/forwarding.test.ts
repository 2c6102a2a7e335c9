import { expect, test } from "vitest";
import { unixMillis } from "../../src/units.ts";
import { CoreGroup, ELECTION_TICKS } from "./core-group.ts";

test("a follower's command goes to the leader and comes back through the log", () => {
  const group = new CoreGroup();
  group.elect("a");
  expect(group.propose("c", 1, "from c").proposals).toEqual([{ seq: 1, outcome: "sent", term: 1 }]);
  group.settle();
  expect(group.commands("a")).toEqual(["from c"]);
  expect(group.commands("c")).toEqual(["from c"]);
});

test("without a leader a command is refused: nothing was appended", () => {
  const group = new CoreGroup();
  expect(group.propose("a", 1).proposals).toEqual([
    { seq: 1, outcome: "refused", term: 0, reason: "no-leader" },
  ]);
});

test("a forwarded command that arrives twice is appended once", () => {
  const group = new CoreGroup();
  group.elect("a");
  group.propose("c", 1, "once");
  const [mail] = group.mail;
  group.settle();
  if (mail !== undefined) group.receive("a", "c", mail.message);
  group.settle();
  expect(group.commands("b")).toEqual(["once"]);
});

test("a command is sent again in its term only, and the first copy counts", () => {
  const group = new CoreGroup();
  group.elect("a");
  const resend = (inTerm: number) =>
    group.step("c", {
      type: "propose",
      proposals: [{ seq: 1, data: new TextEncoder().encode("x") }],
      settledBelow: 1,
      now: unixMillis(1),
      resendIn: inTerm as never,
    });
  group.propose("c", 1, "x");
  expect(resend(1).send).toHaveLength(1);
  expect(resend(9).send).toEqual([]);
  group.settle();
  expect(group.commands("b")).toEqual(["x"]);
});

test("a command sent in another term than the leader's is ignored, as its sender will find out by itself", () => {
  const group = new CoreGroup();
  group.elect("a");
  group.propose("c", 1, "old");
  const stale = group.mail;
  group.mail = [];
  group.crash("a");
  group.run(4 * ELECTION_TICKS);
  const leader = group.leader ?? "";
  for (const { message } of stale) group.receive(leader, "c", message);
  group.settle();
  expect(group.core(leader).status().term).toBeGreaterThan(1);
  expect(group.commands(leader)).toEqual([]);
});

test("what is refused is never taken later in that term, though a copy may come", () => {
  const group = new CoreGroup({ uncommittedBytesMax: 60 });
  group.elect("a");
  group.loses = ({ message }) => message.type === "AppendEntriesReply";
  group.propose("a", 1, "fill up the log");
  group.propose("c", 1, "too much");
  const copies = group.mail.filter(({ message }) => message.type === "Forward");
  group.settle();
  expect(group.node("c").proposals.at(-1)).toEqual({
    seq: 1,
    outcome: "refused",
    term: 1,
    reason: "overloaded",
  });
  group.heal();
  group.run(3);
  for (const { message } of copies) group.receive("a", "c", message);
  group.settle();
  expect(group.commands("c")).toEqual(["fill up the log"]);
});

test("numbers below settledBelow are never taken again", () => {
  const group = new CoreGroup();
  group.elect("a");
  const propose = (seq: number, settledBelow: number) =>
    group.step("a", {
      type: "propose",
      proposals: [{ seq, data: new Uint8Array() }],
      settledBelow,
      now: unixMillis(1),
    });
  propose(5, 5);
  expect(propose(4, 5).proposals).toEqual([]);
  expect(propose(6, 6).proposals).toHaveLength(1);
});
