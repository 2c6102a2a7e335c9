import { expect, test } from "vitest";
import { ClusterLog } from "../../src/sim/cluster-log.ts";
import { History } from "../../src/sim/history.ts";

test("a read that misses a write acknowledged before it began is stale", () => {
  const history = new History();
  history.acknowledge(history.begin("write", "w1"), 5);
  expect(() => history.acknowledge(history.begin("read", "r1"), 4)).toThrow("stale read r1");
});

test("a read that began before the acknowledgement may miss the write", () => {
  const history = new History();
  const read = history.begin("read", "r1");
  history.acknowledge(history.begin("write", "w1"), 5);
  history.acknowledge(read, 4);
});

test("a write cannot take effect before one acknowledged before it began", () => {
  const history = new History();
  history.acknowledge(history.begin("write", "w1"), 5);
  expect(() => history.acknowledge(history.begin("write", "w2"), 4)).toThrow("acknowledged before it began");
});

test("the retry of a write that got no answer may find it at an older index", () => {
  const history = new History();
  history.abandon(history.begin("write", "w1"));
  history.acknowledge(history.begin("write", "w2"), 5);
  history.acknowledge(history.begin("write", "w1"), 4);
  history.checkAgainst([
    [4, "w1"],
    [5, "w2"],
  ]);
});

test("a write acknowledged and not there at the end is lost", () => {
  const history = new History();
  history.acknowledge(history.begin("write", "w1"), 1);
  expect(() => history.checkAgainst([])).toThrow("is lost");
});

test("a write that took effect twice is doubled", () => {
  const history = new History();
  history.acknowledge(history.begin("write", "w1"), 1);
  expect(() =>
    history.checkAgainst([
      [1, "w1"],
      [2, "w1"],
    ]),
  ).toThrow("took effect at 1 and at 2");
});

test("a write refused for good and applied all the same is reported", () => {
  const history = new History();
  history.refuse(history.begin("write", "w1"));
  expect(() => history.checkAgainst([[1, "w1"]])).toThrow("refused, but applied");
});

test("two leaders in one term are reported", () => {
  const log = new ClusterLog();
  log.leads("a", 3);
  log.leads("a", 3);
  expect(() => log.leads("b", 3)).toThrow("Election Safety");
});

test("one index and term with two contents are reported", () => {
  const log = new ClusterLog();
  log.held("a", 2, 1, 1, "x");
  expect(() => log.held("b", 2, 1, 1, "y")).toThrow("Log Matching");
});

test("two entries applied at one index are reported", () => {
  const log = new ClusterLog();
  log.applied("a", 1, 1, "x", 1);
  expect(() => log.applied("b", 1, 2, "y", 2)).toThrow("State Machine Safety");
});

test("a leader that lacks a committed entry is reported", () => {
  const log = new ClusterLog();
  log.applied("a", 1, 1, "x", 1);
  log.applied("a", 2, 2, "y", 2);
  log.leaderHolds("b", 3, 1, (index) => index);
  expect(() => log.leaderHolds("b", 3, 1, () => 1)).toThrow("Leader Completeness");
});

test("a leader may lack an old entry that only a leader of a later term has committed", () => {
  const log = new ClusterLog();
  log.applied("a", 1, 4, "x", 6);
  log.leaderHolds("b", 5, 1, () => 3);
  expect(() => log.leaderHolds("b", 7, 1, () => 3)).toThrow("Leader Completeness");
});

test("a second vote in one term, also after a crash, is reported", () => {
  const log = new ClusterLog();
  log.hardState("a", 4, "b");
  expect(() => log.hardState("a", 4, "c")).toThrow("voted for b");
});
