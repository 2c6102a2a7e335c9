import { describe, expect, test } from "vitest";
import { Deadlines } from "../../src/driver/deadlines.ts";
import { Lag } from "../../src/driver/lag.ts";
import { Ticker } from "../../src/driver/ticker.ts";
import { Trail } from "../../src/driver/trail.ts";
import { resolveTuning } from "../../src/config.ts";
import { logIndex } from "../../src/units.ts";
import { ManualRuntime } from "./manual-runtime.ts";

describe("the ticker", () => {
  test("ticks once per interval, and catches up on a little lateness", () => {
    const runtime = new ManualRuntime();
    let ticks = 0;
    new Ticker(runtime, 10, () => (ticks += 1)).start();
    for (let i = 0; i < 10; i++) runtime.advance(10);
    expect(ticks).toBe(10);
    runtime.advance(30);
    expect(ticks).toBe(13);
  });

  test("counts a long stall as one tick, and only after what has come in meanwhile was seen", async () => {
    const runtime = new ManualRuntime();
    let ticks = 0;
    new Ticker(runtime, 10, () => (ticks += 1)).start();
    runtime.advance(5000);
    expect(ticks).toBe(0);
    await runtime.endTurn();
    expect(ticks).toBe(1);
    runtime.advance(10);
    expect(ticks).toBe(2);
  });

  test("is silent once stopped", async () => {
    const runtime = new ManualRuntime();
    let ticks = 0;
    const ticker = new Ticker(runtime, 10, () => (ticks += 1));
    ticker.start();
    ticker.stop();
    runtime.advance(1000);
    await runtime.endTurn();
    expect(ticks).toBe(0);
  });
});

describe("deadlines", () => {
  test("expire in their order, never early, and not if they were removed", () => {
    const deadlines = new Deadlines<string>();
    deadlines.add("late", 500);
    const ticket = deadlines.add("removed", 100);
    deadlines.add("early", 100);
    deadlines.remove("removed", ticket);
    expect(deadlines.expire(99)).toEqual([]);
    expect(deadlines.expire(120)).toEqual(["early"]);
    expect(deadlines.expire(10_000)).toEqual(["late"]);
    deadlines.add("again", 11_000);
    expect(deadlines.expire(12_000)).toEqual(["again"]);
  });
});

describe("the trail of a log", () => {
  test("allows nothing to be cut before there is more than is to be kept", () => {
    const trail = new Trail(1000);
    for (let i = 1; i <= 9; i++) trail.applied(logIndex(i), 100);
    expect(trail.compactThrough()).toBe(0);
  });

  test("allows a cut that leaves what is to be kept, and little more", () => {
    const trail = new Trail(1000);
    for (let i = 1; i <= 100; i++) trail.applied(logIndex(i), 100);
    expect(trail.bytesSinceSnapshot).toBe(10_000);
    expect(trail.compactThrough()).toBeLessThanOrEqual(90);
    expect(trail.compactThrough()).toBeGreaterThanOrEqual(88);
    trail.snapshotBegun();
    expect(trail.bytesSinceSnapshot).toBe(0);
    trail.restored();
    expect(trail.compactThrough()).toBe(0);
  });
});

describe("the lag of a follower", () => {
  test("is how long the leader has had an entry that it lacks", () => {
    const lag = new Lag();
    lag.sample(0, 10);
    lag.sample(1000, 20);
    lag.sample(2000, 30);
    expect(lag.lagMs(3000, 30, 30)).toBe(0);
    expect(lag.lagMs(3000, 20, 30)).toBe(1000);
    expect(lag.lagMs(3000, 15, 30)).toBe(2000);
  });
});

describe("the tuning", () => {
  test("takes the defaults for what is not given, and refuses what cannot work", () => {
    expect(resolveTuning({ heartbeatMs: 100 })).toMatchObject({ heartbeatMs: 100, tickMs: 10 });
    expect(() => resolveTuning({ tickMs: 0 })).toThrow("tickMs must be a positive number");
    expect(() => resolveTuning({ tickMs: 200 })).toThrow("heartbeatMs is shorter than a tick");
    expect(() => resolveTuning({ electionTimeoutMs: 100 })).toThrow("at least three times heartbeatMs");
  });
});
