import { expect, test } from "vitest";
import { DEFAULT_TUNING, resolveTuning } from "../../src/config.ts";
import { nodeId } from "../../src/units.ts";
import { CoreGroup, ELECTION_TICKS, type GroupOptions } from "./core-group.ts";

const LEASE_MS = 80;

/** A group with lease reads, led by a, whose rounds up to now were answered at 0 ms. */
function leased(options: GroupOptions = {}): CoreGroup {
  const group = new CoreGroup({ leaseMs: LEASE_MS, ...options });
  for (const id of group.nodes.keys()) group.tick(id, ELECTION_TICKS);
  group.elect("a");
  group.run(3);
  round(group, 0);
  group.settle();
  return group;
}

/** The leader's next heartbeats leave at `monotonicMs`. */
function round(group: CoreGroup, monotonicMs: number): void {
  for (let i = 0; i < ELECTION_TICKS && group.mail.length === 0; i++)
    group.step("a", { type: "tick", monotonicMs });
}

/** Whether a read asked at that time is answered at once, with no message to anybody. */
function answeredAtOnce(group: CoreGroup, monotonicMs: number): boolean {
  const { reads, send } = group.step("a", { type: "readIndex", id: 1, monotonicMs });
  return reads[0]?.outcome === "ready" && send.length === 0;
}

test("a leader that a majority has answered reads at once, until the lease is over", () => {
  const group = leased();
  expect(answeredAtOnce(group, LEASE_MS - 1)).toBe(true);
  expect(answeredAtOnce(group, LEASE_MS)).toBe(false);
});

test("the lease counts from when a round was sent, not from when it was answered", () => {
  const group = leased();
  round(group, 50);
  // The answers take until 200.
  group.settle();
  expect(answeredAtOnce(group, 50 + LEASE_MS - 1)).toBe(true);
  expect(answeredAtOnce(group, 200)).toBe(false);
});

test("without an answer there is no lease, and one answer of four is none either", () => {
  const group = leased({ ids: ["a", "b", "c", "d", "e"] });
  group.loses = ({ from, message }) => message.type === "AppendEntriesReply" && from !== "b";
  round(group, 50);
  group.settle();
  expect(answeredAtOnce(group, LEASE_MS + 1)).toBe(false);
});

test("a lease does not rest on a member that does not keep it", () => {
  const group = new CoreGroup({ leaseMs: LEASE_MS });
  group.alters = (mail) =>
    mail.message.type === "AppendEntriesReply"
      ? { ...mail, message: { ...mail.message, keepsLease: false } }
      : mail;
  for (const id of group.nodes.keys()) group.tick(id, ELECTION_TICKS);
  group.elect("a");
  round(group, 0);
  group.settle();
  expect(answeredAtOnce(group, 1)).toBe(false);
});

/** The leader has told b to campaign, and the message is on its way; then the transfer expires. */
function afterTransfer(options: GroupOptions = {}): CoreGroup {
  const group = leased(options);
  group.loses = ({ message }) => message.type === "TimeoutNow";
  group.step("a", { type: "transfer", to: nodeId("b") });
  group.settle();
  for (let i = 0; i < 2 * ELECTION_TICKS; i++) {
    group.step("a", { type: "tick", monotonicMs: 1000 });
    group.settle();
  }
  expect(group.node("a").events).toContainEqual({ type: "TransferEnded", to: "b", reason: "expired" });
  return group;
}

test("a leader that has asked another to campaign never trusts its lease again in that term", () => {
  expect(answeredAtOnce(afterTransfer(), 1001)).toBe(false);
  // The bug that this is there to catch.
  const mutants = new Set(["lease-outlives-transfer"] as const);
  expect(answeredAtOnce(afterTransfer({ mutants }), 1001)).toBe(true);
});

/** Whether b, started anew a moment after it answered the leader, would have c lead. */
function restartedVoterElects(options: GroupOptions = {}): boolean {
  const group = leased(options);
  group.crash("b");
  group.restart("b");
  group.isolate("a");
  for (let i = 0; i < 5 * ELECTION_TICKS && group.leader === "a"; i++) {
    group.tick("c");
    group.settle();
  }
  return group.leader === "c";
}

test("a voter that may have forgotten its leader gives no vote for an election time-out", () => {
  expect(restartedVoterElects()).toBe(false);
  const mutants = new Set(["lease-forgotten-on-restart"] as const);
  expect(restartedVoterElects({ mutants })).toBe(true);
});

test("followers under a lease do not campaign early when the leader's connections close", () => {
  const group = leased();
  group.step("b", { type: "gone", nodeId: nodeId("a") });
  group.tick("b", ELECTION_TICKS - 1);
  expect(group.mail.filter(({ from }) => from === "b")).toEqual([]);
});

test("the bound is stated where the tuning is, and refused where it leaves no lease", () => {
  expect(DEFAULT_TUNING.leaseReads).toBe(false);
  expect(() => resolveTuning({ leaseReads: true, checkQuorum: false })).toThrow("needs checkQuorum");
  expect(() => resolveTuning({ leaseReads: true, maxClockDriftPpm: 490_000 })).toThrow("no room for a lease");
});
