import { expect, test } from "vitest";
import type { AppendEntriesReply } from "../../src/core/messages.ts";
import { logIndex, nodeId, term } from "../../src/units.ts";
import { CoreGroup, diskWith, ELECTION_TICKS, entriesOf, groupFrom } from "./core-group.ts";

const append = (over: {
  prev: [number, number];
  terms: number[];
  commit?: number;
  term: number;
  round?: number;
}) =>
  ({
    type: "AppendEntries",
    term: term(over.term),
    prevLogIndex: logIndex(over.prev[0]),
    prevLogTerm: term(over.prev[1]),
    leaderCommit: logIndex(over.commit ?? 0),
    round: over.round ?? 0,
    entries: entriesOf(over.terms, over.prev[0]),
  }) as const;

const repliesOf = (group: CoreGroup): AppendEntriesReply[] =>
  group.mail.flatMap(({ message }) => (message.type === "AppendEntriesReply" ? [message] : []));

test("a command is committed once a majority holds it on disk, and applied by all (§5.3)", () => {
  const group = new CoreGroup();
  group.elect("a");
  expect(group.propose("a", 1, "x").proposals).toEqual([{ seq: 1, outcome: "sent", term: 1 }]);
  group.settle();
  for (const id of ["a", "b", "c"]) expect(group.commands(id)).toEqual(["x"]);
});

test("followers learn of a commit at once, without waiting for a heartbeat", () => {
  const group = new CoreGroup();
  group.elect("a");
  group.propose("a", 1, "x");
  group.settle();
  expect(group.core("b").status().commitIndex).toBe(group.core("a").status().commitIndex);
});

test("a leader appends an entry of its term when elected, and commits older ones only along with it (§5.4.2, §8)", () => {
  const group = groupFrom({ a: diskWith([1, 1]), b: diskWith([1, 1]), c: diskWith([1]) });
  group.elect("a");
  expect(group.terms("c")).toEqual([1, 1, 2]);
  expect(group.core("c").status().commitIndex).toBe(3);
});

test("Figure 8: an entry of an older term on a majority is not committed by counting (§5.4.2)", () => {
  // (a)–(c): s1 led term 2 and put an entry on s2; s5 led term 3; s1 is elected in term 4 and copies its old entry on.
  const group = groupFrom({
    s1: diskWith([1, 2], { currentTerm: term(3) }),
    s2: diskWith([1, 2], { currentTerm: term(3) }),
    s3: diskWith([1], { currentTerm: term(3) }),
    s4: diskWith([1], { currentTerm: term(3) }),
    s5: diskWith([1, 3]),
  });
  // Only the entries of term 2 get through to s3, never the entry of term 4.
  group.loses = ({ to, message }) =>
    to === "s5" ||
    (message.type === "AppendEntries" && (to !== "s3" || message.entries.some((entry) => entry.term === 4)));
  group.elect("s1");
  expect(group.core("s1").status().term).toBe(4);
  const sent = append({ prev: [1, 1], terms: [2], term: 4 });
  group.receive("s3", "s1", sent);
  group.settle();
  expect(group.terms("s3")).toEqual([1, 2]);
  // Index 2 is on s1, s2 and s3: a majority. It must not count.
  group.receive("s1", "s2", {
    type: "AppendEntriesReply",
    machineVersion: 1,
    keepsLease: false,
    lowSpace: false,
    term: term(4),
    success: true,
    round: 0,
    matchIndex: logIndex(2),
    rejectedIndex: logIndex(0),
    hintIndex: logIndex(0),
    hintTerm: term(0),
  });
  group.settle();
  expect(group.core("s1").status().commitIndex).toBe(0);
  // (d): and so s5 may still be elected, with the votes of s2, s3 and s4, and overwrite it.
  group.heal();
  group.crash("s1");
  group.elect("s5");
  expect(group.terms("s2").slice(0, 2)).toEqual([1, 3]);
});

test("Figure 8 (e): once an entry of the leader's own term is on a majority, s5 cannot win", () => {
  const group = groupFrom({
    s1: diskWith([1, 2, 4]),
    s2: diskWith([1, 2, 4]),
    s3: diskWith([1, 2, 4]),
    s4: diskWith([1], { currentTerm: term(3) }),
    s5: diskWith([1, 3]),
  });
  group.crash("s1");
  for (let i = 0; i < 10 * ELECTION_TICKS; i++) {
    group.tick("s5");
    group.settle();
  }
  expect(group.core("s5").status().role).not.toBe("leader");
});

test("a follower refuses an append whose predecessor it does not have (§5.3)", () => {
  const group = groupFrom({ a: diskWith([1, 1]), b: diskWith([1]), c: diskWith([]) });
  group.receive("b", "a", append({ prev: [2, 1], terms: [2], term: 2 }));
  group.persist("b");
  expect(repliesOf(group)[0]).toMatchObject({ success: false, rejectedIndex: 2, hintIndex: 1, hintTerm: 1 });
});

test("a conflicting entry and all behind it are deleted, and the leader's taken (§5.3)", () => {
  const group = groupFrom({ a: diskWith([1, 3]), b: diskWith([1, 2, 2]), c: diskWith([]) });
  group.receive("b", "a", append({ prev: [1, 1], terms: [3], term: 3 }));
  group.persist("b");
  expect(group.terms("b")).toEqual([1, 3]);
  expect(group.node("b").disk.entries.map((entry) => entry.term)).toEqual([1, 3]);
});

test("an append that ends earlier than the log deletes nothing: it may merely be late (§5.3)", () => {
  const group = groupFrom({ a: diskWith([1, 1, 1]), b: diskWith([1, 1, 1]), c: diskWith([]) });
  group.receive("b", "a", append({ prev: [0, 0], terms: [1], term: 1 }));
  group.persist("b");
  expect(group.terms("b")).toEqual([1, 1, 1]);
});

test("a follower commits no further than what the message showed to equal the leader's log (Figure 2)", () => {
  const group = groupFrom({ a: diskWith([1, 1, 1]), b: diskWith([1, 1, 1]), c: diskWith([]) });
  group.receive("b", "a", append({ prev: [0, 0], terms: [1], term: 2, commit: 3 }));
  expect(group.core("b").status().commitIndex).toBe(1);
});

test("an append is acknowledged when it is on disk, not before, and no further than it reached", () => {
  const group = groupFrom({ a: diskWith([1]), b: diskWith([1, 1, 1, 1]), c: diskWith([]) });
  group.receive("b", "a", append({ prev: [0, 0], terms: [1, 2], term: 2 }));
  expect(group.mail).toEqual([]);
  group.persist("b");
  expect(repliesOf(group)).toMatchObject([{ success: true, matchIndex: 2 }]);
});

test("a heartbeat is answered at once, for as much of the log as is on disk", () => {
  const group = groupFrom({ a: diskWith([1]), b: diskWith([1]), c: diskWith([]) });
  group.receive("b", "a", append({ prev: [1, 1], terms: [1, 1], term: 1, round: 1 }));
  group.mail = [];
  group.receive("b", "a", append({ prev: [3, 1], terms: [], term: 1, round: 1 }));
  expect(repliesOf(group)).toMatchObject([{ success: true, matchIndex: 1 }]);
  group.persist("b");
  expect(repliesOf(group).at(-1)).toMatchObject({ success: true, matchIndex: 3 });
});

test("a write that completes after its entries were replaced makes none of the new ones durable", () => {
  const group = groupFrom({ a: diskWith([1]), b: diskWith([1]), c: diskWith([1]) });
  group.receive("b", "a", append({ prev: [1, 1], terms: [2, 2], term: 2 }));
  const first = group.node("b").writes.at(-1)?.opId ?? 0;
  group.receive("b", "c", append({ prev: [1, 1], terms: [3, 3], term: 3 }));
  group.mail = [];
  group.step("b", { type: "persisted", opId: first });
  expect(group.core("b").status().durableIndex).toBe(1);
  expect(group.mail).toEqual([]);
});

test("the leader counts its own copy only when it is on disk", () => {
  const group = new CoreGroup({ ids: ["a"] });
  group.elect("a");
  group.propose("a", 1, "x");
  expect(group.commands("a")).toEqual([]);
  group.persist("a");
  expect(group.commands("a")).toEqual(["x"]);
});

test("a majority of followers commits without the leader's own disk, which is written meanwhile (thesis §10.2.1)", () => {
  const group = new CoreGroup();
  group.elect("a");
  group.propose("a", 1, "x");
  group.deliver();
  group.persist("b");
  group.persist("c");
  group.deliver();
  expect(group.core("a").status().commitIndex).toBe(2);
  // The leader itself applies no more than it has on disk.
  expect(group.commands("a")).toEqual([]);
  group.persist("a");
  expect(group.commands("a")).toEqual(["x"]);
});

test("nothing is said in a new term before that term is on disk (§5.1)", () => {
  const group = new CoreGroup();
  group.elect("a");
  group.receive("b", "c", append({ prev: [1, 1], terms: [], term: 4 }));
  expect(group.mail).toEqual([]);
  group.persist("b");
  expect(repliesOf(group)).toMatchObject([{ term: 4, success: true }]);
});

test("Figure 7: a new leader brings every kind of follower to its own log (§5.3)", () => {
  const leaderLog = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];
  const followers = {
    a: [1, 1, 1, 4, 4, 5, 5, 6, 6],
    b: [1, 1, 1, 4],
    c: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
    d: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7],
    e: [1, 1, 1, 4, 4, 4, 4],
    f: [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
  };
  for (const [id, log] of Object.entries(followers)) {
    const group = groupFrom({
      leader: diskWith(leaderLog, { currentTerm: term(7) }),
      [id]: diskWith(log, { currentTerm: term(7) }),
      voter: diskWith([], { currentTerm: term(7) }),
    });
    group.elect("leader");
    group.run(2);
    expect(group.terms(id)).toEqual([...leaderLog, 8]);
  }
});

test("a follower that diverged for thousands of entries is found in one probe for each of its terms (§5.3)", () => {
  const common = Array.from({ length: 100 }, () => 1);
  const mine = [...common, ...Array.from({ length: 5000 }, (_, i) => 2 + 2 * Math.floor(i / 1250))];
  const theirs = [...common, ...Array.from({ length: 5000 }, (_, i) => 3 + 2 * Math.floor(i / 1250))];
  const group = groupFrom({
    a: diskWith(mine, { currentTerm: term(20) }),
    b: diskWith(theirs, { currentTerm: term(20) }),
    c: diskWith([], { currentTerm: term(20) }),
  });
  group.node("b").core.status();
  let refusals = 0;
  group.loses = ({ from, to, message }) => {
    if (from === "b" && message.type === "AppendEntriesReply" && !message.success) refusals++;
    return to === "b" && message.type !== "AppendEntries";
  };
  group.elect("a");
  group.run(3);
  expect(group.terms("b")).toEqual(group.terms("a"));
  expect(refusals).toBeLessThanOrEqual(6);
});

test("appends are pipelined up to the bounds on what is under way, and go on as answers come in", () => {
  const group = new CoreGroup({ inflightMessagesMax: 3 });
  group.elect("a");
  group.mail = [];
  for (let seq = 1; seq <= 10; seq++) group.propose("a", seq);
  const appends = group.mail.filter(({ to, message }) => to === "b" && message.type === "AppendEntries");
  expect(appends).toHaveLength(3);
  group.settle();
  expect(group.commands("b")).toHaveLength(10);
});

test("a lost append is noticed by the next heartbeat and sent again", () => {
  const group = new CoreGroup();
  group.elect("a");
  group.isolate("b");
  group.propose("a", 1, "x");
  group.settle();
  group.heal();
  group.run(3);
  expect(group.commands("b")).toEqual(["x"]);
});

test("too many uncommitted bytes: proposals are refused, those that were taken stand (backpressure)", () => {
  const group = new CoreGroup({ uncommittedBytesMax: 1000 });
  group.elect("a");
  group.isolate("a");
  const outcomes = Array.from({ length: 40 }, (_, i) => group.propose("a", i + 1).proposals[0]);
  expect(outcomes[0]).toMatchObject({ outcome: "sent" });
  expect(outcomes.at(-1)).toMatchObject({ outcome: "refused", reason: "overloaded" });
  group.heal();
  group.run(3);
  const taken = outcomes.filter((outcome) => outcome?.outcome === "sent").length;
  expect(group.commands("c")).toHaveLength(taken);
  expect(group.propose("a", 100).proposals[0]).toMatchObject({ outcome: "sent" });
});

test("the leader's stamp never goes back, whatever its clock does", () => {
  const group = new CoreGroup();
  group.elect("a");
  const propose = (seq: number, now: number) =>
    group.step("a", {
      type: "propose",
      proposals: [{ seq, data: new Uint8Array() }],
      settledBelow: 1,
      now: now as never,
    });
  propose(1, 5000);
  propose(2, 3000);
  propose(3, 6000);
  group.settle();
  expect(
    group
      .node("a")
      .applied.slice(1)
      .map((entry) => entry.at),
  ).toEqual([5000, 5000, 6000]);
});

test("a leader that finds a follower without what it had acknowledged says so", () => {
  const group = new CoreGroup();
  group.elect("a");
  group.propose("a", 1);
  group.settle();
  group.step("a", { type: "unreachable", nodeId: nodeId("b") });
  group.mail = [];
  const refusal = {
    type: "AppendEntriesReply",
    machineVersion: 1,
    keepsLease: false,
    lowSpace: false,
    term: term(1),
    success: false,
    round: 0,
    matchIndex: logIndex(0),
    rejectedIndex: logIndex(2),
    hintIndex: logIndex(0),
    hintTerm: term(0),
  } as const;
  group.receive("a", "b", refusal);
  expect(group.node("a").events).toContainEqual({ type: "LogRegressed", nodeId: "b", matchIndex: 2 });
});

test("a learner receives the log and counts for nothing (thesis §4.2.1)", () => {
  const group = new CoreGroup({ ids: ["a", "b", "c"], learners: ["d"] });
  group.elect("a");
  group.isolate("b", "c");
  group.propose("a", 1, "x");
  group.run(3);
  expect(group.terms("d")).toEqual([1, 1]);
  expect(group.core("a").status().commitIndex).toBe(1);
  group.heal();
  group.run(3);
  expect(group.commands("d")).toEqual(["x"]);
});
