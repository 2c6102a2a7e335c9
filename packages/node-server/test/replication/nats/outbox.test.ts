import type { Applied } from "@quorumbook/betting-core";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type Batch, decodeBatch } from "../../../src/replication/nats/batch-codec.ts";
import { Outbox, type Sent } from "../../../src/replication/nats/outbox.ts";

const applied = { outcome: { status: "accepted" } } as unknown as Applied;

/** An outbox whose attempts end as the test says: each of `ends` is one attempt, then none ends any more. */
function outbox(...ends: readonly Sent[]) {
  const attempts: Batch[] = [];
  const left = [...ends];
  const box = new Outbox({
    session: "s",
    send: (_seq, message) => {
      attempts.push(decodeBatch(message));
      const end = left.shift();
      return end === undefined ? new Promise(() => undefined) : Promise.resolve(end);
    },
    describe: () => ({ nodeId: "node1", appliedIndex: 0 }),
    appliedIndex: () => 42,
  });
  const failure = (settled: Promise<unknown>) => settled.catch((error: { code: string }) => error.code);
  return { box, attempts, failure };
}

const command = (text: string) => Buffer.from(text);
const textsOf = ({ commands }: Batch) => commands.map(String);

beforeEach(
  () =>
    void vi.useFakeTimers({
      toFake: ["setTimeout", "setInterval", "setImmediate", "clearInterval", "clearImmediate", "performance"],
    }),
);
afterEach(() => void vi.useRealTimers());

it("sends what comes in one turn as one message, and tells each what became of it", async () => {
  const { box, attempts } = outbox("stored");
  const [a, passed, b] = [box.submit(command("a"), 100), box.pass(100), box.submit(command("b"), 100)];
  await vi.advanceTimersByTimeAsync(1);
  expect(attempts.map(textsOf)).toEqual([["a", "b"]]);
  box.applied(1, [
    { index: 7, applied },
    { index: 8, applied },
  ]);
  expect([(await a).index, (await b).index, await passed]).toEqual([7, 8, 42]);
  box.close();
});

it("keeps a few messages under way, and gathers meanwhile", async () => {
  const { box, attempts } = outbox();
  for (const text of ["a", "b", "c", "d", "e", "f"]) {
    box.submit(command(text), 1_000).catch(() => undefined);
    await vi.advanceTimersByTimeAsync(1);
  }
  expect(attempts.map(textsOf)).toEqual([["a"], ["b"], ["c"], ["d"]]);
  box.applied(2, [{ index: 1, applied }]);
  await vi.advanceTimersByTimeAsync(1);
  expect(attempts.map(textsOf).at(-1)).toEqual(["e", "f"]);
  expect(attempts.at(-1)?.head).toMatchObject({ seq: 5, floor: 1 });
  box.close();
});

it("repeats a message that may be lost under the same number, with the same commands", async () => {
  const { box, attempts } = outbox("unknown", "nobody", "stored");
  const done = box.submit(command("a"), 4_000);
  await vi.advanceTimersByTimeAsync(500);
  expect(attempts.map(({ head, commands }) => [head.seq, String(commands[0])])).toEqual([
    [1, "a"],
    [1, "a"],
    [1, "a"],
  ]);
  box.applied(1, [{ index: 3, applied }]);
  expect((await done).index).toBe(3);
  box.close();
});

it.each<{ ends: Sent[]; code: string; why: string }>([
  { ends: Array(20).fill("nobody"), code: "no_leader", why: "nobody ever took it" },
  { ends: Array(20).fill("refused"), code: "overloaded", why: "the servers had no room each time" },
  {
    ends: ["unknown", ...Array(20).fill("nobody")],
    code: "outcome_unknown",
    why: "the first attempt may have worked",
  },
  {
    ends: ["stored"],
    code: "outcome_unknown",
    why: "it is stored, and what the book says is not known here",
  },
  { ends: [], code: "outcome_unknown", why: "an attempt is under way" },
])("says $code when time is up and $why", async ({ ends, code }) => {
  const { box, failure } = outbox(...ends);
  const done = failure(box.submit(command("a"), 300));
  await vi.advanceTimersByTimeAsync(400);
  expect(await done).toBe(code);
  box.close();
});

it("leaves a command whose time is up out of the next attempt, as it told its sender", async () => {
  const { box, attempts, failure } = outbox("nobody", "nobody", "nobody", "nobody");
  const short = failure(box.submit(command("short"), 60));
  const long = box.submit(command("long"), 5_000);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await short).toBe("no_leader");
  expect(textsOf(attempts[0] as Batch)).toEqual(["short", "long"]);
  expect(textsOf(attempts.at(-1) as Batch)).toEqual(["long"]);
  box.applied(1, [{ index: 9, applied }]);
  expect((await long).index).toBe(9);
  box.close();
});

it("keeps the place of a command in a message that may be in the stream", async () => {
  const { box, failure } = outbox("unknown");
  const short = failure(box.submit(command("short"), 30));
  const long = box.submit(command("long"), 5_000);
  await vi.advanceTimersByTimeAsync(100);
  expect(await short).toBe("outcome_unknown");
  box.applied(1, [
    { index: 1, applied },
    { index: 2, applied },
  ]);
  expect((await long).index).toBe(2);
  box.close();
});

it("tells of batches that were given up, so that they take no effect behind a later one", async () => {
  const { box, attempts, failure } = outbox("unknown");
  const given = failure(box.submit(command("a"), 30));
  await vi.advanceTimersByTimeAsync(100);
  expect(await given).toBe("outcome_unknown");
  box.submit(command("b"), 1_000).catch(() => undefined);
  await vi.advanceTimersByTimeAsync(1);
  expect(attempts.at(-1)?.head).toMatchObject({ seq: 2, floor: 2 });
  box.close();
});

it("ends with the truth about what is under way", async () => {
  const { box, failure } = outbox();
  const sent = failure(box.submit(command("a"), 1_000));
  await vi.advanceTimersByTimeAsync(1);
  const unsent = failure(box.submit(command("b"), 1_000));
  box.close();
  expect([await sent, await unsent]).toEqual(["outcome_unknown", "no_leader"]);
  expect(await failure(box.submit(command("c"), 1_000))).toBe("no_leader");
});
