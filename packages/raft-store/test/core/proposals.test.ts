import { expect, test } from "vitest";
import type { Entry } from "../../src/core/entry.ts";
import { type Pending, ProposalTracker } from "../../src/core/proposals.ts";
import { logIndex, term, unixMillis } from "../../src/units.ts";

const SESSION = 7;
const data = new Uint8Array([1]);

const entry = (index: number, inTerm: number, seq = 0, session = SESSION): Entry => ({
  index: logIndex(index),
  term: term(inTerm),
  at: unixMillis(0),
  type: seq === 0 ? "noop" : "command",
  session: seq === 0 ? 0 : session,
  seq,
  data,
});

function sentIn(t: number): {
  tracker: ProposalTracker<string>;
  pending: Pending<string>;
  seq: number;
} {
  const tracker = new ProposalTracker<string>(SESSION);
  const pending = tracker.add(data, "caller");
  const seq = tracker.takeWaiting(0)[0]?.seq ?? 0;
  tracker.outcome({ seq, outcome: "sent", term: term(t) });
  return { tracker, pending, seq };
}

test("its own entry applied means committed", () => {
  const { tracker, seq } = sentIn(3);
  expect(tracker.applied(entry(9, 3, seq))).toMatchObject({ owner: "caller", outcome: "committed" });
  expect(tracker.size).toBe(0);
});

test("another process's entry with the same number settles nothing", () => {
  const { tracker, seq } = sentIn(3);
  expect(tracker.applied(entry(9, 3, seq, SESSION + 1))).toBeUndefined();
  expect(tracker.size).toBe(1);
});

test("an entry of a higher term, and none of its own before, means dropped: it waits to be sent anew", () => {
  const { tracker, seq } = sentIn(3);
  tracker.applied(entry(9, 3));
  expect(tracker.hasWaiting).toBe(false);
  tracker.applied(entry(10, 4));
  const [again] = tracker.takeWaiting(1);
  expect(again?.seq).toBeGreaterThan(seq);
});

test("given up while it may be in some log: the outcome is unknown", () => {
  const { tracker, pending } = sentIn(3);
  expect(tracker.abandon(pending)).toBe("unknown");
});

test("given up before it was sent, or when it is known to be dropped: nothing happened", () => {
  const tracker = new ProposalTracker<string>(SESSION);
  expect(tracker.abandon(tracker.add(data, "caller"))).toBe("refused");
  const sent = sentIn(3);
  sent.tracker.applied(entry(10, 4));
  expect(sent.tracker.abandon(sent.pending)).toBe("refused");
});

test("a refusal for want of a leader keeps the command waiting; an overload ends it", () => {
  const tracker = new ProposalTracker<string>(SESSION);
  tracker.add(data, "caller");
  const first = tracker.takeWaiting(0)[0]?.seq ?? 0;
  expect(
    tracker.outcome({ seq: first, outcome: "refused", term: term(1), reason: "no-leader" }),
  ).toBeUndefined();
  const second = tracker.takeWaiting(0)[0]?.seq ?? 0;
  expect(tracker.outcome({ seq: second, outcome: "refused", term: term(1), reason: "overloaded" })).toEqual({
    owner: "caller",
    outcome: "refused",
    reason: "overloaded",
  });
});

test("a restored snapshot leaves what it may include unknown, and what is newer waiting", () => {
  const old = sentIn(3);
  expect(old.tracker.restored({ index: logIndex(50), term: term(3) })).toEqual([
    { owner: "caller", outcome: "unknown" },
  ]);
  const recent = sentIn(4);
  expect(recent.tracker.restored({ index: logIndex(50), term: term(3) })).toEqual([]);
  expect(recent.tracker.applied(entry(51, 4, recent.seq))).toMatchObject({ outcome: "committed" });
});

test("resends are of the asked-for term and age only, under the same number", () => {
  const { tracker, seq } = sentIn(3);
  expect(tracker.takeResends(term(3), -1, 5)).toEqual([]);
  expect(tracker.takeResends(term(4), 0, 5)).toEqual([]);
  expect(tracker.takeResends(term(3), 0, 5)).toEqual([{ seq, data }]);
  expect(tracker.takeResends(term(3), 0, 5)).toEqual([]);
});

test("settledBelow is the oldest number that may be sent again", () => {
  const tracker = new ProposalTracker<string>(SESSION);
  tracker.add(data, "first");
  tracker.add(data, "second");
  const [first, second] = tracker.takeWaiting(0);
  for (const { seq } of [first!, second!]) tracker.outcome({ seq, outcome: "sent", term: term(1) });
  expect(tracker.settledBelow).toBe(first?.seq);
  tracker.applied(entry(2, 1, first?.seq));
  expect(tracker.settledBelow).toBe(second?.seq);
  tracker.applied(entry(3, 1, second?.seq));
  expect(tracker.settledBelow).toBe((second?.seq ?? 0) + 1);
});

test("what was given up while it waited is not proposed, however many there were", () => {
  const tracker = new ProposalTracker<number>(SESSION);
  const pending = Array.from({ length: 1000 }, (_, i) => tracker.add(data, i));
  for (const each of pending.slice(0, 999)) tracker.abandon(each);
  expect([...tracker.pending()].map(({ owner }) => owner)).toEqual([999]);
  expect(tracker.takeWaiting(0)).toHaveLength(1);
  expect(tracker.hasWaiting).toBe(false);
});
