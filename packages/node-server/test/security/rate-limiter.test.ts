import { expect, it } from "vitest";
import { ProblemError } from "../../src/contract/problem-codes.ts";
import { RateLimiter } from "../../src/security/rate-limiter.ts";

function taken(limiter: RateLimiter, user: string, tries: number): number {
  let count = 0;
  for (let i = 0; i < tries; i += 1) {
    try {
      limiter.take(user);
      count += 1;
    } catch (error) {
      expect(error).toBeInstanceOf(ProblemError);
      expect((error as ProblemError).refusal).toMatchObject({ code: "rate_limited", retryAfter: 1 });
    }
  }
  return count;
}

it("a user may burst, and then goes on at the refill rate; others are not touched", () => {
  let time = 0;
  const limiter = new RateLimiter(0.1, () => time);
  expect(taken(limiter, "ann", 500)).toBe(200);
  expect(taken(limiter, "bob", 500)).toBe(200);
  time += 1_000;
  expect(taken(limiter, "ann", 500)).toBe(50);
});

it("a connection has a limit of its own on what makes the node compute much", () => {
  let time = 0;
  const take = new RateLimiter(1, () => time).ofConnection();
  const granted = (tries: number): number => {
    let count = 0;
    for (let i = 0; i < tries; i += 1) {
      try {
        take();
        count += 1;
      } catch (error) {
        expect(error).toBeInstanceOf(ProblemError);
      }
    }
    return count;
  };
  expect(granted(200)).toBe(60);
  time += 2_000;
  expect(granted(200)).toBe(10);
});

it("strangers at one address share a limit, and users are not counted under it", () => {
  let time = 0;
  const limiter = new RateLimiter(1, () => time);
  const granted = (address: string, tries: number): number => {
    let count = 0;
    for (let i = 0; i < tries; i += 1) {
      try {
        limiter.takeOfAddress(address);
        count += 1;
      } catch (error) {
        expect(error).toBeInstanceOf(ProblemError);
      }
    }
    return count;
  };
  expect(granted("192.0.2.1", 3_000)).toBe(1_000);
  expect(granted("192.0.2.2", 3_000)).toBe(1_000);
  expect(taken(limiter, "ann", 100)).toBe(100);
  time += 1_000;
  expect(granted("192.0.2.1", 3_000)).toBe(200);
});

it("an address has so many sockets open at most, and opens them so fast at most", () => {
  let time = 0;
  const limiter = new RateLimiter(1, () => time);
  const open: (() => void)[] = [];
  const tryToOpen = (tries: number): number => {
    const before = open.length;
    for (let i = 0; i < tries; i += 1) {
      try {
        open.push(limiter.openSocket("192.0.2.1"));
      } catch (error) {
        expect((error as ProblemError).refusal.code).toBe("rate_limited");
      }
    }
    return open.length - before;
  };
  expect(tryToOpen(1_000)).toBe(200);
  for (let second = 0; second < 30; second += 1) {
    time += 1_000;
    tryToOpen(50);
  }
  expect(open).toHaveLength(500);
  expect(limiter.openSocket("192.0.2.2")).toBeTypeOf("function");
  open[0]?.();
  expect(tryToOpen(5)).toBe(1);
});

it("a factor of 0 switches the limit off", () => {
  const limiter = new RateLimiter(0, () => 0);
  expect(taken(limiter, "ann", 100_000)).toBe(100_000);
  for (let i = 0; i < 10_000; i += 1) {
    limiter.takeOfAddress("192.0.2.1");
    limiter.openSocket("192.0.2.1");
  }
});
