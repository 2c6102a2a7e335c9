import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attemptLimiter } from "../../src/accounts/attempt-limiter.ts";
import { manualClock } from "../fixtures.ts";

describe("the limiter of wrong attempts", () => {
  it("says how long to wait until the oldest counts no more", () => {
    const clock = manualClock();
    const limiter = attemptLimiter(2, clock);
    for (const pause of [20_000, 500]) {
      const attempt = limiter.begin(["address a"]);
      if (typeof attempt === "number") throw new Error("refused too early");
      attempt.end("wrong");
      clock.advance(pause);
    }
    expect(limiter.retryAfter(["address a"])).toBe(40);
    expect(limiter.begin(["address a", "address b"])).toBe(40);
    clock.advance(39_500);
    expect(limiter.retryAfter(["address a"])).toBe(0);
  });

  it("counts one that is under way, until it turns out right", () => {
    const limiter = attemptLimiter(1, manualClock());
    const first = limiter.begin(["address a"]);
    expect(limiter.begin(["address a"])).toBe(1);
    if (typeof first !== "number") first.end("right");
    expect(limiter.begin(["address a"])).toBeTypeOf("object");
  });

  it("never lets more wrong ones than the limit into any minute, nor refuses without a reason", () => {
    const step = fc.record({ pause: fc.integer({ min: 0, max: 25_000 }), wrong: fc.boolean() });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step, { maxLength: 60 }), (limit, steps) => {
        const clock = manualClock();
        const limiter = attemptLimiter(limit, clock);
        const wrong: number[] = [];
        for (const { pause, wrong: isWrong } of steps) {
          clock.advance(pause);
          const lately = wrong.filter((at) => at > clock() - 60_000).length;
          const attempt = limiter.begin(["address key"]);
          expect(typeof attempt === "number").toBe(lately >= limit);
          if (typeof attempt === "number") continue;
          attempt.end(isWrong ? "wrong" : "right");
          if (isWrong) wrong.push(clock());
        }
      }),
      { numRuns: 100 },
    );
  });

  it("lets an account wait twice as long after each wrong one past the limit, up to a minute", () => {
    const clock = manualClock();
    const limiter = attemptLimiter(2, clock);
    const waits: number[] = [];
    for (let i = 0; i < 10; i += 1) {
      const attempt = limiter.begin(["account alice"]);
      if (typeof attempt === "number") throw new Error("refused too early");
      attempt.end("wrong");
      waits.push(limiter.retryAfter(["account alice"]));
      // Beyond the minute's rule, so that only the growing delay is left.
      clock.advance(60_000);
    }
    expect(waits).toEqual([0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
    expect(limiter.retryAfter(["account bob"])).toBe(0);
  });

  it("begins anew with an account after an hour without a wrong one, and not because of a right one", () => {
    const clock = manualClock();
    const limiter = attemptLimiter(2, clock);
    const waitAfter = (outcome: "right" | "wrong") => {
      const attempt = limiter.begin(["account alice"]);
      if (typeof attempt === "number") throw new Error(`refused for ${attempt} s`);
      attempt.end(outcome);
      const wait = limiter.retryAfter(["account alice"]);
      clock.advance(60_000);
      return wait;
    };
    const sixWrong = Array.from({ length: 6 }, () => waitAfter("wrong"));
    expect(sixWrong).toEqual([0, 1, 2, 4, 8, 16]);
    waitAfter("right");
    expect(waitAfter("wrong")).toBe(32);
    clock.advance(3_540_000);
    expect([waitAfter("wrong"), waitAfter("wrong")]).toEqual([0, 1]);
  });

  it("lets one attempt at a time at an account that is past the limit", () => {
    const clock = manualClock();
    const limiter = attemptLimiter(1, clock);
    const first = limiter.begin(["account alice"]);
    if (typeof first === "number") throw new Error("refused too early");
    first.end("wrong");
    clock.advance(61_000);
    expect(limiter.begin(["account alice"])).toBeTypeOf("object");
    expect(limiter.begin(["account alice"])).toBe(1);
  });

  it("lets fewer than a hundred wrong ones an hour through at one account, however eagerly they come", () => {
    const clock = manualClock();
    const limiter = attemptLimiter(10, clock);
    const wrong: number[] = [];
    let longestWait = 0;
    for (let second = 0; second < 3 * 3600; second += 1) {
      for (;;) {
        const attempt = limiter.begin(["account alice"]);
        if (typeof attempt === "number") {
          longestWait = Math.max(longestWait, attempt);
          break;
        }
        attempt.end("wrong");
        wrong.push(clock());
      }
      clock.advance(1_000);
    }
    const inTheHourFrom = (at: number) =>
      wrong.filter((other) => other >= at && other < at + 3_600_000).length;
    const worst = Math.max(...wrong.map(inTheHourFrom));
    expect(worst).toBeGreaterThan(60);
    expect(worst).toBeLessThan(80);
    expect(longestWait).toBe(60);
  });
});
