import { describe, expect, it, vi } from "vitest";
import { readAttempt, readRefusal } from "../season/answer.ts";
import { planBet } from "../season/bet-plan.ts";
import { median, writeOutages } from "../season/outages.ts";
import { eachOf } from "../season/pool.ts";
import { seededRandom } from "../season/random.ts";
import { readSeason } from "../season/season-data.ts";
import { Tally } from "../season/tally.ts";
import { oddsUnits } from "../season/wire.ts";

describe("the season's matches", () => {
  const matches = readSeason();

  it("are 380, of 20 teams that each met each other twice", () => {
    expect(matches).toHaveLength(380);
    expect(new Set(matches.map(({ home }) => home)).size).toBe(20);
    expect(new Set(matches.map(({ home, away }) => `${home} v ${away}`)).size).toBe(380);
  });

  it("have the results that were played", () => {
    expect(matches[0]).toMatchObject({ home: "Burnley FC", away: "Manchester City FC", winner: "opt3" });
    const counts = Map.groupBy(matches, ({ winner }) => winner);
    // 175 home wins, 82 draws and 123 away wins, as the league's tables have them.
    expect(["opt1", "opt2", "opt3"].map((key) => counts.get(key as "opt1")?.length)).toEqual([175, 82, 123]);
  });
});

describe("a seeded generator", () => {
  it("gives the same numbers for the same seed, and others for another", () => {
    const draw = (seed: number) => {
      const random = seededRandom(seed);
      return Array.from({ length: 20 }, () => random.int(0, 1_000_000));
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it("gives each position its share by weight", () => {
    const random = seededRandom(1);
    const counts = [0, 0, 0];
    for (let i = 0; i < 10_000; i += 1) counts[random.weighted([1, 0, 3])]! += 1;
    expect(counts[1]).toBe(0);
    expect(counts[2]! / counts[0]!).toBeCloseTo(3, 0);
  });
});

describe("the write outage of a kill", () => {
  const waits = (...times: number[]) => times.slice(1).map((to, at) => ({ from: times[at] ?? 0, to }));

  it("is the longest wait for an accepted write after it", () => {
    expect(writeOutages(waits(0, 10, 20, 520, 530, 700), [15])).toEqual([500]);
  });

  it("begins with the last write before the kill, as clients feel it", () => {
    expect(writeOutages(waits(0, 100, 1_100), [600])).toEqual([1_000]);
  });

  it("is not blamed for what other kills did, nor for what comes long after", () => {
    const times = [0, 10, 310, 320, 10_020, 20_000, 20_010, 20_910];
    expect(writeOutages(waits(...times), [5, 20_005])).toEqual([9_700, 900]);
    expect(writeOutages(waits(0, 10, 310, 400, 11_000, 40_000), [5])).toEqual([10_600]);
  });

  it("has no part in times when nobody wanted to write", () => {
    const tally = new Tally();
    const clock = vi.spyOn(performance, "now");
    const at = (ms: number, what: () => void) => {
      clock.mockReturnValue(ms);
      what();
    };
    at(0, () => tally.began());
    at(10, () => tally.accepted());
    at(11, () => tally.ended());
    at(2_000, () => tally.began());
    at(2_040, () => tally.accepted());
    clock.mockRestore();
    expect(writeOutages(tally.waits, [5])).toEqual([40]);
  });

  it("is infinite where nothing was accepted any more", () => {
    expect(writeOutages(waits(0, 10), [20])).toEqual([Number.POSITIVE_INFINITY]);
  });

  it("has a median", () => {
    expect(median([300, 100, 200])).toBe(200);
    expect(median([])).toBe(0);
  });
});

describe("the answer to a write", () => {
  const problem = (code: string, status = 503) => ({ code, status, detail: code, facts: { code } });

  it("is decided, or to be asked for again under the same key", () => {
    const refused = (code: string, status?: number) => readRefusal(problem(code, status)).type;
    const accepted = readAttempt({ ok: true, value: 7, index: 9, commandIndex: 8 }, (value, at) => [
      value,
      at,
    ]);
    expect(accepted).toEqual({ type: "accepted", value: [7, 8] });
    expect(refused("odds_changed", 409)).toBe("refused");
    expect(refused("idempotency_conflict", 409)).toBe("refused");
    for (const code of ["outcome_unknown", "no_leader", "overloaded", "replica_behind", "internal_error"]) {
      expect(refused(code)).toBe("again");
    }
    expect(refused("unauthenticated", 401)).toBe("again");
    for (const code of ["network_failed", "not_understood", "not_connected"]) {
      expect(refused(code, 0)).toBe("again");
    }
  });

  it("tells how long a limited client has to wait", () => {
    const limited = { ...problem("rate_limited", 429), retryAfter: 3 };
    expect(readRefusal(limited)).toMatchObject({ type: "again", waitMs: 3_000 });
  });
});

describe("a planned bet", () => {
  const outcomes = [
    { key: "opt1", odds: 1.35, cap: 14_000, staked: 0 },
    { key: "opt2", odds: 3.1, cap: 2_300, staked: 0 },
    { key: "opt3", odds: null, cap: 0, staked: 0 },
  ];
  const random = seededRandom(3);
  const used = new Set<number>();
  const plans = Array.from({ length: 2_000 }, () => planBet(1, outcomes, 20_000, used, random));

  it("never has a stake that the bettor has used in the game", () => {
    const stakes = plans.map((plan) => plan?.request.stake);
    expect(new Set(stakes).size).toBe(2_000);
  });

  it("is of every policy, and sometimes hopeless: off the tick, or beyond all money", () => {
    const policies = new Set(plans.map((plan) => plan?.request.accept ?? "exact"));
    expect(policies).toEqual(new Set(["exact", "better", "any"]));
    const hopeless = plans
      .filter((plan) => plan !== undefined && plan.hopeless !== false)
      .map((plan) => plan?.request);
    expect(hopeless.some((one) => oddsUnits(one?.odds ?? 0) % 100 !== 0)).toBe(true);
    expect(hopeless.some((one) => (one?.stake ?? 0) > 20_000)).toBe(true);
    for (const one of hopeless)
      expect(oddsUnits(one?.odds ?? 0) % 100 !== 0 || (one?.stake ?? 0) > 20_000).toBe(true);
  });

  it("is none where nothing is offered", () => {
    expect(
      planBet(1, [{ key: "opt1", odds: null, cap: 0, staked: 0 }], 1, new Set(), random),
    ).toBeUndefined();
  });
});

describe("a pool of workers", () => {
  it("does everything once, a few at a time", async () => {
    let running = 0;
    let most = 0;
    const done: number[] = [];
    await eachOf([1, 2, 3, 4, 5], 2, async (item) => {
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      done.push(item);
      running -= 1;
    });
    expect([done.toSorted((a, b) => a - b), most]).toEqual([[1, 2, 3, 4, 5], 2]);
  });

  it("fails with the first failure", async () => {
    await expect(eachOf([1, 2], 2, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  });
});
