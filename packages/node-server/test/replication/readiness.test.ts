import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { BettingStateMachine } from "../../src/replication/betting-state-machine.ts";
import { MemoryLog } from "../../src/replication/memory-log.ts";
import { type Readiness, ReadinessWatch } from "../../src/replication/readiness.ts";
import { LogError } from "../../src/replication/replicated-log.ts";

let log: MemoryLog;
let opened: boolean;
let told: Readiness[];
let watch: ReadinessWatch;

beforeEach(() => {
  vi.useFakeTimers();
  log = new MemoryLog(new BettingStateMachine(), Date.now);
  opened = true;
  told = [];
  watch = new ReadinessWatch({ log, opened: () => opened, onChange: (now) => told.push(now) });
});
afterEach(() => {
  watch.stop();
  vi.useRealTimers();
});

it("a node without an open book is starting", () => {
  opened = false;
  watch.start();
  expect(watch.readiness).toBe("starting");
});

it("a node that no majority answers is cut off after three seconds, and ready once one does", async () => {
  watch.start();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(watch.readiness).toBe("ready");
  log.lead(false);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(watch.readiness).toBe("ready");
  await vi.advanceTimersByTimeAsync(2_000);
  expect(watch.readiness).toBe("cut-off");
  log.lead(true);
  await vi.advanceTimersByTimeAsync(600);
  expect(watch.readiness).toBe("ready");
  expect(told).toEqual(["ready", "cut-off", "ready"]);
});

it("a node that has a leader and does not reach its read points is behind", async () => {
  watch.start();
  await vi.advanceTimersByTimeAsync(1_000);
  const barrier = vi.spyOn(log, "barrier").mockImplementation(async () => {
    throw new LogError("replica_behind", "not there yet");
  });
  await vi.advanceTimersByTimeAsync(4_000);
  expect(watch.readiness).toBe("behind");
  barrier.mockRestore();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(watch.readiness).toBe("ready");
});
