import { expect, test } from "vitest";
import { TurnEnd } from "../../src/driver/turn-end.ts";
import { ManualRuntime } from "./manual-runtime.ts";

test("flushes once a turn, and what the flush gives rise to is done in the same turn, behind it", async () => {
  const runtime = new ManualRuntime();
  const done: string[] = [];
  const turn = new TurnEnd(runtime.scheduler, () => {
    done.push("flush");
    turn.endOfTurn(() => done.push("disk"));
    turn.soon();
  });
  turn.soon();
  turn.soon();
  turn.endOfTurn(() => done.push("asked for before"));
  expect(done).toEqual([]);
  await runtime.endTurn();
  expect(done).toEqual(["flush", "asked for before", "disk"]);
});

test("what a callback asks for is of the next turn", async () => {
  const runtime = new ManualRuntime();
  let flushes = 0;
  const turn = new TurnEnd(runtime.scheduler, () => {
    flushes += 1;
  });
  turn.endOfTurn(() => turn.soon());
  await runtime.endTurn();
  await runtime.endTurn();
  expect(flushes).toBe(2);
});
