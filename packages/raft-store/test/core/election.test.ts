import { expect, test } from "vitest";
import { logIndex, nodeId, term } from "../../src/units.ts";
import { CoreGroup, diskWith, ELECTION_TICKS, groupFrom, LOST_LEADER_TICKS } from "./core-group.ts";

test("servers start as followers (§5.2)", () => {
  const group = new CoreGroup();
  for (const id of ["a", "b", "c"]) expect(group.core(id).status().role).toBe("follower");
});

test("a follower that hears from no leader for an election time-out starts an election and wins it (§5.2)", () => {
  const group = new CoreGroup();
  group.elect("a");
  expect(group.core("a").status()).toMatchObject({ role: "leader", term: 1, leader: "a" });
  expect(group.core("b").status()).toMatchObject({ role: "follower", term: 1, leader: "a" });
});

test("election time-outs are drawn anew from [T, 2T), so that split votes are rare (§5.2)", () => {
  const ticksUntilCandidate = (seed: number): number => {
    const group = new CoreGroup({ seed });
    for (let n = 1; ; n++) {
      group.tick("a");
      if (group.core("a").status().role !== "follower") return n;
    }
  };
  const drawn = Array.from({ length: 200 }, (_, seed) => ticksUntilCandidate(seed));
  expect(Math.min(...drawn)).toBe(ELECTION_TICKS);
  expect(Math.max(...drawn)).toBe(2 * ELECTION_TICKS - 1);
  expect(new Set(drawn).size).toBe(ELECTION_TICKS);
});

test("a heartbeat keeps followers from campaigning (§5.2)", () => {
  const group = new CoreGroup();
  group.elect("a");
  group.run(10 * ELECTION_TICKS);
  expect(group.core("b").status()).toMatchObject({ role: "follower", term: 1, leader: "a" });
});

test("a server votes for at most one candidate in a term, first come, first served (§5.2)", () => {
  const group = new CoreGroup({ preVote: false });
  const ask = {
    type: "RequestVote",
    term: term(1),
    lastLogIndex: logIndex(0),
    lastLogTerm: term(0),
    transfer: false,
  } as const;
  group.receive("c", "a", ask);
  group.receive("c", "b", ask);
  group.persist("c");
  expect(group.mail.map((mail) => [mail.to, mail.message])).toEqual([
    ["a", { type: "RequestVoteReply", term: 1, granted: true }],
    ["b", { type: "RequestVoteReply", term: 1, granted: false }],
  ]);
});

test("a vote leaves only once it is on disk, and holds over a crash (§5.1, §5.2)", () => {
  const group = new CoreGroup({ preVote: false });
  const ask = {
    type: "RequestVote",
    term: term(1),
    lastLogIndex: logIndex(0),
    lastLogTerm: term(0),
    transfer: false,
  } as const;
  group.receive("c", "a", ask);
  expect(group.mail).toEqual([]);
  group.persist("c");
  expect(group.mail).toHaveLength(1);
  group.crash("c");
  group.restart("c");
  group.receive("c", "b", ask);
  group.persist("c");
  expect(group.mail.at(-1)?.message).toMatchObject({ type: "RequestVoteReply", granted: false });
});

test("a candidate asks for votes only once its own is on disk, and counts its own only then", () => {
  const group = new CoreGroup({ preVote: false, ids: ["a"] });
  group.tick("a");
  expect(group.core("a").status()).toMatchObject({ role: "candidate", term: 1 });
  group.persist("a");
  expect(group.core("a").status().role).toBe("leader");
});

test("the only voter leads at once: there is nobody to wait for", () => {
  const group = new CoreGroup({ ids: ["a"], learners: ["b"] });
  group.tick("b");
  group.tick("a");
  group.settle();
  expect(group.leader).toBe("a");
});

test.each([
  ["an older last term", [1, 1, 1], [1, 2], false],
  ["an equal last term and a shorter log", [2], [2, 2], false],
  ["an equal log", [1, 2], [1, 2], true],
  ["a newer last term and a shorter log", [3], [1, 2, 2], true],
])("a candidate with %s is given its due (§5.4.1)", (_, candidate, voter, granted) => {
  const group = groupFrom(
    { a: diskWith(candidate), b: diskWith(voter), c: diskWith([]) },
    { preVote: false },
  );
  group.receive("b", "a", {
    type: "RequestVote",
    term: term(5),
    lastLogIndex: logIndex(candidate.length),
    lastLogTerm: term(candidate.at(-1) ?? 0),
    transfer: false,
  });
  group.persist("b");
  expect(group.mail[0]?.message).toMatchObject({ type: "RequestVoteReply", granted });
});

test("a server that sees a higher term becomes a follower of that term (§5.1)", () => {
  const group = new CoreGroup();
  group.elect("a");
  group.receive("a", "b", { type: "RequestVoteReply", term: term(7), granted: false });
  expect(group.core("a").status()).toMatchObject({ role: "follower", term: 7, leader: null });
});

test("a candidate that hears from the leader of its term returns to follower (§5.2)", () => {
  const group = new CoreGroup({ preVote: false });
  group.tick("b", 2 * ELECTION_TICKS);
  expect(group.core("b").status()).toMatchObject({ role: "candidate", term: 1 });
  group.receive("b", "a", {
    type: "AppendEntries",
    term: term(1),
    prevLogIndex: logIndex(0),
    prevLogTerm: term(0),
    leaderCommit: logIndex(0),
    round: 0,
    entries: [],
  });
  expect(group.core("b").status()).toMatchObject({ role: "follower", leader: "a" });
});

test("PreVote: a server that is cut off does not raise its term, and does not disturb on its return (thesis §9.6)", () => {
  const group = new CoreGroup();
  group.elect("a");
  group.isolate("c");
  group.run(10 * ELECTION_TICKS);
  expect(group.core("c").status()).toMatchObject({ role: "pre-candidate", term: 1, leader: null });
  group.heal();
  group.run(2 * ELECTION_TICKS);
  expect(group.core("c").status()).toMatchObject({ role: "follower", term: 1, leader: "a" });
});

test("a PreVote changes neither term nor vote of who answers it", () => {
  const group = new CoreGroup();
  const before = group.core("b").view();
  group.receive("b", "a", {
    type: "PreVote",
    term: term(9),
    lastLogIndex: logIndex(0),
    lastLogTerm: term(0),
  });
  expect(group.core("b").view()).toEqual(before);
  expect(group.mail[0]?.message).toEqual({ type: "PreVoteReply", term: 9, granted: true });
});

test("the answer to a PreVote never counts as a vote", () => {
  const group = new CoreGroup({ preVote: false });
  group.tick("a", 2 * ELECTION_TICKS);
  group.persist("a");
  group.receive("a", "b", { type: "PreVoteReply", term: term(1), granted: true });
  group.receive("a", "c", { type: "PreVoteReply", term: term(2), granted: true });
  expect(group.core("a").status().role).toBe("candidate");
});

test("a lower-term PreVote is refused with the term its sender has missed", () => {
  const group = groupFrom({ a: diskWith([1]), b: diskWith([1], { currentTerm: term(8) }), c: diskWith([1]) });
  group.receive("b", "a", {
    type: "PreVote",
    term: term(2),
    lastLogIndex: logIndex(1),
    lastLogTerm: term(1),
  });
  expect(group.mail[0]?.message).toEqual({ type: "PreVoteReply", term: 8, granted: false });
});

test("a leader of a past term learns of the new one from the answer to its heartbeat, PreVote or not", () => {
  const group = groupFrom({ a: diskWith([]), b: diskWith([]), c: diskWith([], { currentTerm: term(6) }) });
  group.isolate("c");
  group.elect("a");
  expect(group.core("a").status().term).toBe(1);
  group.heal();
  group.run(6 * ELECTION_TICKS);
  const terms = ["a", "b", "c"].map((id) => group.core(id).status().term);
  expect(new Set(terms).size).toBe(1);
  expect(terms[0]).toBeGreaterThan(6);
  expect(group.leader).toBeDefined();
});

test("a server that heard from its leader within an election time-out ignores other candidates (thesis §4.2.3)", () => {
  const group = new CoreGroup();
  group.elect("a");
  const before = group.core("b").view();
  const request = { term: term(5), lastLogIndex: logIndex(9), lastLogTerm: term(4) };
  group.receive("b", "c", { type: "RequestVote", ...request, transfer: false });
  group.receive("b", "c", { type: "PreVote", ...request });
  expect(group.core("b").view()).toEqual(before);
  expect(group.mail).toEqual([]);
});

test("CheckQuorum: a leader that no majority answers steps down within an election time-out (thesis §6.2)", () => {
  const group = new CoreGroup();
  group.elect("a");
  group.isolate("a");
  for (let i = 0; i < 2 * ELECTION_TICKS; i++) group.tick("a");
  expect(group.core("a").status()).toMatchObject({ role: "follower", leader: null, term: 1 });
  expect(group.core("a").view().votedFor).toBe("a");
});

test.each([
  [true, true],
  [true, false],
  [false, true],
  [false, false],
])(
  "a leader is there within ten election time-outs of a heal: PreVote %s, CheckQuorum %s",
  (preVote, checkQuorum) => {
    for (let seed = 1; seed <= 20; seed++) {
      const group = new CoreGroup({ preVote, checkQuorum, seed });
      group.run(3 * ELECTION_TICKS);
      const isolated = ["a", "b", "c"][seed % 3] as string;
      group.isolate(isolated);
      group.run((seed % 5) * ELECTION_TICKS);
      group.heal();
      group.run(10 * ELECTION_TICKS);
      const { leader } = group;
      expect(leader).toBeDefined();
      for (const id of ["a", "b", "c"]) expect(group.core(id).status().leader).toBe(leader);
    }
  },
);

test("a leader whose disk has stopped steps down, so that another may lead", () => {
  const group = new CoreGroup();
  group.elect("a");
  group.propose("a", 1);
  for (let i = 0; i < 60; i++) {
    group.tick("a");
    group.deliver();
    for (const id of ["b", "c"]) group.persist(id);
  }
  expect(group.core("a").status().role).not.toBe("leader");
});

test("leadership moves to a caught-up follower on request, without an election time-out (thesis §3.10)", () => {
  const group = new CoreGroup();
  group.elect("a");
  group.propose("a", 1);
  group.step("a", { type: "transfer", to: nodeId("b") });
  expect(group.propose("a", 2).proposals[0]).toMatchObject({ outcome: "refused", reason: "transferring" });
  group.settle();
  expect(group.leader).toBe("b");
  expect(group.commands("b")).toEqual(["command 1"]);
});

test("a transfer to a member that does not come is given up, and writes go on (thesis §3.10)", () => {
  const group = new CoreGroup();
  group.elect("a");
  group.isolate("b");
  group.propose("a", 1);
  group.step("a", { type: "transfer", to: nodeId("b") });
  group.run(ELECTION_TICKS + 1);
  expect(group.propose("a", 2).proposals[0]).toMatchObject({ outcome: "sent" });
  expect(group.node("a").events).toContainEqual({ type: "TransferEnded", to: "b", reason: "expired" });
});

/** Every connection of `id` to a node that has ended is closed. */
const seesGone = (group: CoreGroup, id: string, gone: string) =>
  group.step(id, { type: "gone", nodeId: nodeId(gone) });

test("a leader whose process ends is replaced without waiting for an election time-out", () => {
  for (let seed = 0; seed < 50; seed++) {
    const group = new CoreGroup({ seed });
    group.elect("a");
    group.crash("a");
    for (const id of ["b", "c"]) seesGone(group, id, "a");
    group.run(LOST_LEADER_TICKS);
    expect(group.core("b").status()).toMatchObject({ role: "leader", term: 2 });
  }
});

test("the next in turn replaces it where the first has too short a log", () => {
  const group = new CoreGroup();
  group.elect("a");
  group.isolate("b");
  group.propose("a", 1);
  group.settle();
  group.heal();
  group.crash("a");
  for (const id of ["b", "c"]) seesGone(group, id, "a");
  group.run(3 * LOST_LEADER_TICKS);
  expect(group.core("c").status()).toMatchObject({ role: "leader", term: 2 });
});

test.each([
  ["b", 1],
  ["c", 1 + 2 * LOST_LEADER_TICKS],
])("voters take turns at that, lest they split the votes: %s from tick %i on", (id, first) => {
  const drawn = Array.from({ length: 100 }, (_, seed) => {
    const group = new CoreGroup({ seed });
    group.elect("a");
    seesGone(group, id, "a");
    for (let n = 1; ; n++) {
      group.tick(id);
      if (group.core(id).status().role !== "follower") return n;
    }
  });
  expect(new Set(drawn)).toEqual(new Set(Array.from({ length: LOST_LEADER_TICKS }, (_, n) => first + n)));
});

test("a leader that has only lost a connection is not deposed: the others hear it, and refuse", () => {
  const group = new CoreGroup();
  group.elect("a");
  seesGone(group, "b", "a");
  group.loses = ({ from, to }) => from === "a" && to === "b";
  group.run(LOST_LEADER_TICKS);
  expect(group.core("b").status().role).toBe("pre-candidate");
  group.heal();
  group.run(2);
  for (const id of ["a", "b", "c"]) expect(group.core(id).status()).toMatchObject({ term: 1, leader: "a" });
});

test("a word of the leader takes back that it had gone", () => {
  const group = new CoreGroup();
  group.elect("a");
  seesGone(group, "b", "a");
  group.tick("a");
  group.settle();
  group.tick("b", LOST_LEADER_TICKS);
  expect(group.core("b").status()).toMatchObject({ role: "follower", leader: "a" });
});

test("a voter protects a leader that it hears, and none whose process it has seen go (thesis §4.2.3)", () => {
  const ask = {
    type: "PreVote",
    term: term(2),
    lastLogIndex: logIndex(9),
    lastLogTerm: term(1),
  } as const;
  const group = new CoreGroup();
  group.elect("a");
  group.receive("b", "c", ask);
  expect(group.mail).toEqual([]);
  seesGone(group, "b", "c");
  group.receive("b", "c", ask);
  expect(group.mail).toEqual([]);
  seesGone(group, "b", "a");
  group.receive("b", "c", ask);
  expect(group.mail.map(({ message }) => message)).toEqual([
    { type: "PreVoteReply", term: 2, granted: true },
  ]);
});

test("without PreVote a lost connection is no reason to raise the term: the time-out decides", () => {
  const group = new CoreGroup({ preVote: false });
  group.elect("a");
  seesGone(group, "b", "a");
  group.tick("b", ELECTION_TICKS - 1);
  expect(group.core("b").status()).toMatchObject({ role: "follower", term: 1, leader: "a" });
});
