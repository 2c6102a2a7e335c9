import { expect, test } from "vitest";
import type { SnapshotMeta } from "../../src/core/entry.ts";
import { logIndex, nodeId, term, unixMillis } from "../../src/units.ts";
import { CoreGroup, diskWith, groupFrom } from "./core-group.ts";

const meta = (group: CoreGroup, index: number, lastTerm: number): SnapshotMeta => ({
  index: logIndex(index),
  term: term(lastTerm),
  at: unixMillis(0),
  configuration: group.core("a").configurationAt(logIndex(0)).configuration,
  configurationIndex: logIndex(0),
});

/** A leader with ten commands, of which it has compacted all but the last two; `b` has missed them all. */
function leaderAhead(): { group: CoreGroup; snapshot: SnapshotMeta } {
  const group = new CoreGroup();
  group.elect("a");
  group.isolate("b");
  for (let seq = 1; seq <= 10; seq++) group.propose("a", seq);
  group.settle();
  const snapshot = meta(group, 11, 1);
  group.step("a", { type: "snapshotTaken", snapshot, compactThrough: logIndex(9) });
  return { group, snapshot };
}

test("a follower that needs what is compacted gets a snapshot, then the entries behind it (§7)", () => {
  const { group, snapshot } = leaderAhead();
  group.heal();
  group.run(3);
  expect(group.node("a").snapshotsNeeded).toEqual(["b"]);
  group.step("b", { type: "snapshotReceived", from: nodeId("a"), term: term(1), snapshot });
  group.settle();
  group.step("a", { type: "snapshotSent", to: nodeId("b"), index: snapshot.index, ok: true });
  group.propose("a", 11, "after");
  group.run(2);
  expect(group.node("b").restored).toEqual([snapshot]);
  expect(group.commands("b")).toEqual(["after"]);
  expect(group.core("b").status()).toMatchObject({ snapshotIndex: 11, firstIndex: 12, commitIndex: 12 });
});

test("a stream that broke off is begun again once the follower shows that it lives", () => {
  const { group } = leaderAhead();
  group.heal();
  group.run(2);
  group.step("a", { type: "snapshotSent", to: nodeId("b"), index: logIndex(11), ok: false });
  group.run(3);
  expect(group.node("a").snapshotsNeeded).toEqual(["b", "b"]);
});

test("a follower within the tail that is kept needs no snapshot", () => {
  const group = new CoreGroup();
  group.elect("a");
  for (let seq = 1; seq <= 8; seq++) group.propose("a", seq);
  group.settle();
  group.isolate("b");
  for (let seq = 9; seq <= 10; seq++) group.propose("a", seq);
  group.settle();
  group.step("a", { type: "snapshotTaken", snapshot: meta(group, 11, 1), compactThrough: logIndex(9) });
  group.heal();
  group.run(3);
  expect(group.commands("b")).toHaveLength(10);
  expect(group.node("a").snapshotsNeeded).toEqual([]);
});

test("a snapshot at or behind what is committed is not installed (Figure 13)", () => {
  const group = new CoreGroup();
  group.elect("a");
  for (let seq = 1; seq <= 5; seq++) group.propose("a", seq);
  group.settle();
  const effects = group.step("b", {
    type: "snapshotReceived",
    from: nodeId("a"),
    term: term(1),
    snapshot: meta(group, 4, 1),
  });
  expect(effects.restore).toBeUndefined();
  expect(effects.persist).toBeUndefined();
  expect(group.core("b").status().commitIndex).toBe(6);
});

test("a snapshot that ends in an entry of the log leaves what follows it in place (Figure 13, rule 6)", () => {
  const group = groupFrom({ a: diskWith([1, 1, 1, 1]), b: diskWith([1, 1, 1, 1]), c: diskWith([]) });
  group.step("b", {
    type: "snapshotReceived",
    from: nodeId("a"),
    term: term(2),
    snapshot: meta(group, 3, 1),
  });
  expect(group.terms("b")).toEqual([1, 1, 1, 1]);
  expect(group.core("b").status().commitIndex).toBe(3);
});

test("a snapshot that conflicts with the log replaces all of it (Figure 13, rule 7)", () => {
  const group = groupFrom({ a: diskWith([1, 2, 2, 2]), b: diskWith([1, 1, 1, 1]), c: diskWith([]) });
  const snapshot = meta(group, 3, 2);
  const effects = group.step("b", { type: "snapshotReceived", from: nodeId("a"), term: term(3), snapshot });
  expect(effects.persist?.snapshot).toEqual(snapshot);
  expect(effects.restore).toEqual(snapshot);
  expect(group.mail).toEqual([]);
  group.persist("b");
  expect(group.mail.at(-1)?.message).toMatchObject({
    type: "AppendEntriesReply",
    success: true,
    matchIndex: 3,
  });
  expect(group.core("b").status()).toMatchObject({ firstIndex: 4, lastIndex: 3, commitIndex: 3 });
});

test("a snapshot from a deposed leader is refused (§7)", () => {
  const group = groupFrom({ a: diskWith([]), b: diskWith([], { currentTerm: term(5) }), c: diskWith([]) });
  const effects = group.step("b", {
    type: "snapshotReceived",
    from: nodeId("a"),
    term: term(4),
    snapshot: meta(group, 3, 2),
  });
  expect(effects.persist).toBeUndefined();
  expect(effects.events).toContainEqual({ type: "SnapshotRefused", index: 3, reason: "stale-term" });
});

test("an append that reaches back into what is compacted counts as matched up to the commit index", () => {
  const group = groupFrom({
    a: diskWith([1, 1, 1]),
    b: { ...diskWith([]), snapshot: undefined, hardState: { currentTerm: term(1), votedFor: null } },
    c: diskWith([]),
  });
  group.step("b", {
    type: "snapshotReceived",
    from: nodeId("a"),
    term: term(1),
    snapshot: meta(group, 3, 1),
  });
  group.persist("b");
  group.mail = [];
  group.receive("b", "a", {
    type: "AppendEntries",
    term: term(1),
    prevLogIndex: logIndex(1),
    prevLogTerm: term(1),
    leaderCommit: logIndex(3),
    round: 1,
    entries: [],
  });
  expect(group.mail[0]?.message).toMatchObject({ success: true, matchIndex: 3 });
});

test("a node that starts from a snapshot goes on behind it", () => {
  const { group, snapshot } = leaderAhead();
  const { disk } = group.node("a");
  disk.snapshot = snapshot;
  disk.entries = disk.entries.filter((entry) => entry.index > 9);
  disk.base = { index: logIndex(9), term: term(1) };
  group.crash("a");
  group.restart("a");
  expect(group.core("a").status()).toMatchObject({
    snapshotIndex: 11,
    commitIndex: 11,
    firstIndex: 10,
    lastIndex: 11,
  });
  expect(group.node("a").applied).toEqual([]);
});
