import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attemptLimiter } from "../../src/accounts/attempt-limiter.ts";
import { manualClock } from "../fixtures.ts";

describe("the limiter of wrong attempts", () => {
  it("says how long to wait until the oldest counts no more", () => {
    const clock = manualClock();
    const limiter = attemptLimiter(2, clock);
    for (const pause of [20_000, 500]) {
      const attempt = limiter.begin(["a"]);
      if (typeof attempt === "number") throw new Error("refused too early");
      attempt.end("wrong");
      clock.advance(pause);
    }
    expect(limiter.retryAfter(["a"])).toBe(40);
    expect(limiter.begin(["a", "b"])).toBe(40);
    clock.advance(39_500);
    expect(limiter.retryAfter(["a"])).toBe(0);
  });

  it("counts one that is under way, until it turns out right", () => {
    const limiter = attemptLimiter(1, manualClock());
    const first = limiter.begin(["a"]);
    expect(limiter.begin(["a"])).toBe(1);
    if (typeof first !== "number") first.end("right");
    expect(limiter.begin(["a"])).toBeTypeOf("object");
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
          const attempt = limiter.begin(["key"]);
          expect(typeof attempt === "number").toBe(lately >= limit);
          if (typeof attempt === "number") continue;
          attempt.end(isWrong ? "wrong" : "right");
          if (isWrong) wrong.push(clock());
        }
      }),
      { numRuns: 100 },
    );
  });
});
