import type { BalanceChanged, BetsSettled } from "@quorumbook/betting-core";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SettlementItem } from "../../src/replication/event-feed.ts";
import { SettlementNews } from "../../src/socket/settlement-news.ts";
import { Clock } from "../support/clock.ts";

const USERS = ["ann", "bob", "cyd", "dee", "eve"];

function settlement(index: number): SettlementItem {
  return { index, event: { type: "betsSettled", gameId: index } as unknown as BetsSettled };
}

function balance(userId: string, seq: number): BalanceChanged {
  return { type: "balanceChanged", userId, seq } as unknown as BalanceChanged;
}

/** Users who had a part in every settlement, told by a node that takes a while to find out which. */
class Node {
  readonly clock = new Clock();
  readonly here = new Set<string>();
  readonly heard = new Map<string, number[]>();
  readonly errors: unknown[] = [];
  longest = 0;
  cost = 1;
  /** Who has too many bets. */
  whale = "";
  readonly startedOver: string[] = [];
  #since = 0;
  readonly news = new SettlementNews(
    {
      isHere: (userId) => this.here.has(userId),
      settledFor: (userId, { index }) => {
        this.clock.time += this.cost;
        this.longest = Math.max(this.longest, this.clock.time - this.#since);
        return userId === this.whale ? undefined : [balance(userId, index)];
      },
      tell: ({ index, event }) => this.hear(event.userId, index),
      startOver: (userId) => this.startedOver.push(userId),
      onError: (error) => this.errors.push(error),
    },
    this.clock,
  );

  hear(userId: string, index: number): void {
    this.heard.set(userId, [...(this.heard.get(userId) ?? []), index]);
  }

  settle(index: number): void {
    this.#since = this.clock.time;
    this.news.add(settlement(index), this.here);
  }

  pass(ms: number): void {
    for (let step = 0; step < ms; step += 1) {
      this.#since = this.clock.time;
      this.clock.advance(1);
    }
  }
}

describe("the news of a settlement", () => {
  it("reaches a few users before the entry is over", () => {
    const node = new Node();
    node.cost = 0;
    for (const user of USERS) node.here.add(user);
    node.settle(7);
    expect([...node.heard]).toEqual(USERS.map((user) => [user, [7]]));
  });

  it("reaches many in slices, and holds the loop up for a few milliseconds at a time", () => {
    const node = new Node();
    for (let user = 0; user < 1_000; user += 1) node.here.add(`user-${user}`);
    node.settle(1);
    expect(node.heard.size).toBeLessThan(10);
    node.settle(2);
    node.pass(20_000);
    expect(node.heard.size).toBe(1_000);
    for (const heard of node.heard.values()) expect(heard).toEqual([1, 2]);
    expect(node.longest).toBeLessThanOrEqual(5);
  });

  it("is a new state for who has too many bets to be told of each", () => {
    const node = new Node();
    node.whale = "bob";
    for (const user of USERS) node.here.add(user);
    node.settle(1);
    node.pass(100);
    node.news.catchUp("bob");
    expect(node.startedOver).toEqual(["bob"]);
    expect([...node.heard.keys()]).toEqual(USERS.filter((user) => user !== "bob"));
  });

  it("is forgotten where everybody starts over", () => {
    const node = new Node();
    for (const user of USERS) node.here.add(user);
    node.cost = 10;
    node.settle(1);
    node.news.reset();
    node.pass(1_000);
    expect(node.heard.size).toBe(1);
  });

  it("reports what goes wrong between entries, and does not throw into the loop", () => {
    const node = new Node();
    for (const user of USERS) node.here.add(user);
    node.cost = 10;
    node.settle(1);
    node.here.has = () => {
      throw new Error("broken");
    };
    node.pass(100);
    expect(node.errors).toEqual([new Error("broken")]);
  });

  it("gives everybody all that happened while connected, once and in order, whatever comes between", () => {
    const step = fc.record({
      deed: fc.constantFrom("settle", "settle", "other", "connect", "leave", "pass"),
      user: fc.constantFrom(...USERS),
      ms: fc.integer({ min: 1, max: 12 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 0, max: 7 }), (steps, cost) => {
        const node = new Node();
        node.cost = cost;
        const expected = new Map<string, number[]>();
        let index = 0;
        for (const { deed, user, ms } of steps) {
          if (deed === "settle") {
            index += 1;
            for (const each of node.here) expected.get(each)?.push(index);
            node.settle(index);
          } else if (deed === "other" && node.here.has(user)) {
            index += 1;
            expected.get(user)?.push(index);
            node.news.catchUp(user);
            node.hear(user, index);
          } else if (deed === "connect" && !node.here.has(user)) {
            // What came before is in the snapshot or replay that the connection begins with.
            node.news.catchUp(user);
            node.here.add(user);
            if (!expected.has(user)) expected.set(user, []);
          } else if (deed === "leave" && node.here.has(user)) {
            node.news.catchUp(user);
            node.here.delete(user);
          } else if (deed === "pass") node.pass(ms);
        }
        node.pass(10_000);
        for (const user of USERS) expect(node.heard.get(user) ?? []).toEqual(expected.get(user) ?? []);
        expect(node.errors).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
