import { describe, expect, test } from "vitest";
import type { Entry } from "../../src/core/entry.ts";
import { Readers } from "../../src/driver/readers.ts";
import { Submissions } from "../../src/driver/submissions.ts";
import { logIndex, term, unixMillis } from "../../src/units.ts";
import { entry } from "../storage/fixtures.ts";

const SESSION = 0x1234_5678_9abc;
const NOW = unixMillis(0);

function submissions(inFlightBytesMax = 10_000): Submissions {
  return new Submissions(SESSION, inFlightBytesMax);
}

interface Submitted {
  readonly entry: Entry;
  readonly result: unknown;
}

function submit(all: Submissions, data: Buffer, deadlineMs: number): Promise<Submitted> {
  return new Promise((resolve, reject) => {
    all.add(data, deadlineMs, {
      applied: (applied, result) => resolve({ entry: applied, result }),
      failed: reject,
    });
  });
}

/** Settles to the code of the error, or to "resolved". */
function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "resolved",
    (error: { code: string }) => error.code,
  );
}

describe("a submitted command", () => {
  test("is answered with the result when its entry is applied here", async () => {
    const all = submissions();
    const submitted = submit(all, Buffer.from("c"), 1000);
    all.propose(0, NOW);
    all.outcomes([{ seq: 1, outcome: "sent", term: term(1) }]);
    const applied = { ...entry(5), seq: 1 };
    all.applied(applied, "result");
    expect(await submitted).toEqual({ entry: applied, result: "result" });
    expect(all.bytes).toBe(0);
  });

  test("that was never sent may be repeated at will, and the error says why it was not", async () => {
    const all = submissions();
    const leaderless = codeOf(submit(all, Buffer.from("c"), 100));
    all.expire(200, false);
    expect(await leaderless).toBe("RAFT_NO_LEADER");
    const late = codeOf(submit(all, Buffer.from("c"), 300));
    all.expire(400, true);
    expect(await late).toBe("RAFT_TIMEOUT");
  });

  test("that was sent and not heard of again has an unknown outcome", async () => {
    const all = submissions();
    const submitted = codeOf(submit(all, Buffer.from("c"), 100));
    all.propose(0, NOW);
    all.outcomes([{ seq: 1, outcome: "sent", term: term(1) }]);
    all.expire(200, true);
    expect(await submitted).toBe("RAFT_OUTCOME_UNKNOWN");
  });

  test("that a later term shows to be dropped is proposed again, under another number", async () => {
    const all = submissions();
    const submitted = codeOf(submit(all, Buffer.from("c"), 1000));
    all.propose(0, NOW);
    all.outcomes([{ seq: 1, outcome: "sent", term: term(1) }]);
    all.applied({ ...entry(5, { term: 2, type: "noop" }), session: 0 }, undefined);
    expect(all.hasWaiting).toBe(true);
    expect(all.propose(1, NOW)).toMatchObject({ proposals: [{ seq: 2 }], settledBelow: 2 });
    all.outcomes([{ seq: 2, outcome: "sent", term: term(2) }]);
    all.applied({ ...entry(6, { term: 2 }), seq: 2 }, "result");
    expect(await submitted).toBe("resolved");
  });

  test("beyond the bytes that may be in flight is refused before anything happens", async () => {
    const all = submissions(1000);
    const first = codeOf(submit(all, Buffer.alloc(600), 1000));
    expect(await codeOf(submit(all, Buffer.alloc(600), 1000))).toBe("RAFT_OVERLOADED");
    all.stop();
    expect(await first).toBe("RAFT_SHUTDOWN");
    expect(all.bytes).toBe(0);
  });

  test("whose fate a restored snapshot hides has an unknown outcome", async () => {
    const all = submissions();
    const submitted = codeOf(submit(all, Buffer.from("c"), 1000));
    all.propose(0, NOW);
    all.outcomes([{ seq: 1, outcome: "sent", term: term(1) }]);
    all.restored({ index: logIndex(100), term: term(1) });
    expect(await submitted).toBe("RAFT_OUTCOME_UNKNOWN");
  });
});

describe("a reader", () => {
  test("waits for the leader's word and for its index, and shares the question of its turn", async () => {
    const readers = new Readers();
    const both = [readers.barrier(1000), readers.barrier(1000)];
    expect(readers.ask()).toEqual({ type: "readIndex", id: 1 });
    expect(readers.hasUnasked).toBe(false);
    readers.outcomes([{ id: 1, outcome: "ready", index: logIndex(7) }], logIndex(6));
    readers.applied(logIndex(7));
    expect(await Promise.all(both)).toEqual([7, 7]);
  });

  test("never joins a question that was asked before it came", async () => {
    const readers = new Readers();
    const early = readers.barrier(1000);
    readers.ask();
    const late = codeOf(readers.barrier(1000));
    readers.outcomes([{ id: 1, outcome: "ready", index: logIndex(7) }], logIndex(7));
    expect(await early).toBe(7);
    expect(readers.hasUnasked).toBe(true);
    readers.stop();
    expect(await late).toBe("RAFT_SHUTDOWN");
  });

  test("asks again when it was refused, until its deadline", async () => {
    const readers = new Readers();
    const read = codeOf(readers.barrier(100));
    readers.ask();
    readers.outcomes([{ id: 1, outcome: "refused" }], logIndex(0));
    expect(readers.hasUnasked).toBe(true);
    readers.expire(200, false);
    expect(await read).toBe("RAFT_NO_LEADER");
    expect(readers.hasUnasked).toBe(false);
  });

  test("is told that this replica is behind when the index is known and not reached", async () => {
    const readers = new Readers();
    const waiting = codeOf(readers.appliedAtLeast(logIndex(50), 100));
    readers.applied(logIndex(49));
    readers.expire(200, true);
    expect(await waiting).toBe("RAFT_REPLICA_BEHIND");
  });
});
