import { describe, expect, test } from "vitest";
import type { Answer, BetPlaced } from "@quorumbook/client";
import { type Order, OrderDesk } from "../../src/stores/orders.ts";

const placed: BetPlaced = {
  bet: {
    id: 5,
    gameId: 1,
    outcome: "opt1",
    stake: 1000,
    odds: 2,
    potentialPayout: 2000,
    status: "open",
    payout: null,
    placedAt: "2026-11-22T12:00:00Z",
    index: 10,
  },
  balance: 9000,
  seq: 4,
  game: { id: 1, version: 2, outcomes: [] },
};

const bet = { gameId: 1, outcome: "opt1", stake: 1000, odds: 2, accept: "exact" } as const;
const accepted: Answer<BetPlaced> = { ok: true, value: placed, index: 10 };
const refused = (code: string, status = 409): Answer<BetPlaced> => ({
  ok: false,
  problem: { code, status, detail: code, facts: {} },
});

/** A desk whose server gives these answers in turn. */
function deskOf(answers: (Answer<BetPlaced> | Promise<Answer<BetPlaced>>)[], stored: Order[] = []) {
  const sent: Order[] = [];
  const checks: string[] = [];
  let kept: readonly Order[] = stored;
  let keys = 0;
  const desk = new OrderDesk({
    send: async (order) => {
      sent.push(order);
      return answers.shift() ?? refused("unexpected_extra_attempt");
    },
    wait: async () => undefined,
    storage: {
      load: () => kept,
      save: (orders) => {
        kept = orders;
      },
    },
    newKey: () => `key-${++keys}`,
    now: () => 1_000_000,
    random: () => 0.5,
  });
  desk.onChecking = (key) => checks.push(key);
  return { desk, sent, checks, kept: () => kept };
}

describe("an order", () => {
  test("is decided by the first answer of the book", async () => {
    const { desk, sent, kept } = deskOf([accepted]);
    const { decision } = desk.place("7", bet);
    expect(await decision).toEqual({ type: "placed", bet: placed.bet, placed });
    expect(sent).toHaveLength(1);
    expect(kept()).toEqual([]);
  });

  test("is asked for again with the same key while its outcome is open", async () => {
    const { desk, sent, checks } = deskOf([
      refused("network_failed", 0),
      refused("outcome_unknown", 503),
      refused("not_understood", 502),
      accepted,
    ]);
    expect((await desk.place("7", bet).decision).type).toBe("placed");
    expect(sent.map(({ key }) => key)).toEqual(["key-1", "key-1", "key-1", "key-1"]);
    expect(checks).toHaveLength(3);
  });

  test("that may have happened is not given up at a refusal that speaks of the last attempt alone", async () => {
    const safe = Array.from({ length: 30 }, () => refused("no_leader", 503));
    const { desk, sent } = deskOf([refused("network_failed", 0), ...safe, accepted]);
    expect((await desk.place("7", bet).decision).type).toBe("placed");
    expect(sent).toHaveLength(32);
  });

  test("that certainly did not happen is given up after some safe refusals", async () => {
    const safe = Array.from({ length: 30 }, () => refused("no_leader", 503));
    const { desk, sent } = deskOf(safe);
    expect(await desk.place("7", bet).decision).toMatchObject({
      type: "refused",
      problem: { code: "no_leader" },
    });
    expect(sent.length).toBeLessThan(12);
  });

  test("refused by the book is refused, also when an earlier attempt got no answer", async () => {
    const { desk } = deskOf([refused("network_failed", 0), refused("odds_changed")]);
    expect(await desk.place("7", bet).decision).toMatchObject({ problem: { code: "odds_changed" } });
  });

  test("is placed as soon as the personal stream says so, though the request has no answer yet", async () => {
    const { promise: never } = Promise.withResolvers<Answer<BetPlaced>>();
    const { desk, kept } = deskOf([never]);
    const { key, decision } = desk.place("7", bet);
    desk.confirmed(key, placed.bet);
    expect(await decision).toEqual({ type: "placed", bet: placed.bet });
    expect(kept()).toEqual([]);
  });

  test("outlives a reload: it is stored before it is sent, and taken up by the same user", async () => {
    const { promise: never } = Promise.withResolvers<Answer<BetPlaced>>();
    const before = deskOf([never]);
    before.desk.place("7", bet);
    const { desk, sent } = deskOf([accepted], [...before.kept()]);
    expect(desk.resume("8")).toEqual([]);
    const [resumed] = desk.resume("7");
    expect((await resumed?.decision)?.type).toBe("placed");
    expect(sent.map(({ key }) => key)).toEqual(["key-1"]);
  });

  test("of long ago is not sent again: what was refused then must not be placed now", () => {
    const old: Order = { key: "key-0", userId: "7", sentAt: 1_000_000 - 11 * 60_000, bet };
    expect(deskOf([], [old]).desk.resume("7")).toEqual([]);
  });

  test("whose user is signed out meanwhile stays stored", async () => {
    const { desk, kept } = deskOf([refused("network_failed", 0), refused("unauthenticated", 401)]);
    expect(await desk.place("7", bet).decision).toEqual({ type: "undecided" });
    expect(kept()).toHaveLength(1);
  });
});
