import type {
  BalanceChanged,
  BetPlaced,
  BetsSettled,
  BetView,
  Book,
  GameStatusChanged,
  OddsChanged,
  UserId,
} from "@quorumbook/betting-core";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventFeed, type FeedEntry } from "../../src/replication/event-feed.ts";

function entry(index: number, users: readonly string[]): FeedEntry {
  const status = { type: "gameSuspended", gameId: 1, version: index } as unknown as GameStatusChanged;
  return {
    index,
    publicItems: [{ index, event: status }],
    personalItems: users.map((userId) => ({
      index,
      event: { type: "balanceChanged", userId, seq: index } as unknown as BalanceChanged,
    })),
    settlements: [],
    bookChanged: false,
  };
}

function settled(index: number): FeedEntry {
  const event = { type: "betsSettled", gameId: index } as unknown as BetsSettled;
  return { index, publicItems: [], personalItems: [], settlements: [{ index, event }], bookChanged: true };
}

function balanceOf(userId: string, seq: number): BalanceChanged {
  return { type: "balanceChanged", userId, seq } as unknown as BalanceChanged;
}

interface Placed {
  readonly user: string;
  readonly key: string | undefined;
  /** Odds, caps and stakes of one to 32 outcomes. */
  readonly amounts: readonly number[];
}

const bets: fc.Arbitrary<Placed> = fc.record({
  user: fc.constantFrom("ann", "bob", "eve"),
  key: fc.option(fc.string({ minLength: 1, maxLength: 64 }), { nil: undefined }),
  amounts: fc
    .array(fc.tuple(fc.maxSafeNat(), fc.maxSafeNat(), fc.maxSafeNat()), { minLength: 1, maxLength: 32 })
    .map((outcomes) => outcomes.flat()),
});

/** The events of a bet, a suspension every seventh time. */
function betEntry(index: number, { user, key, amounts }: Placed): FeedEntry {
  const count = amounts.length / 3;
  const [stake = 0] = amounts;
  const odds = {
    type: "oddsChanged",
    gameId: 1 + (index % 5),
    version: index,
    odds: amounts.slice(0, count),
    caps: amounts.slice(count, 2 * count),
    staked: amounts.slice(2 * count),
    totalStaked: stake,
  } as unknown as OddsChanged;
  const bet = {
    id: index,
    userId: user,
    gameId: odds.gameId,
    outcome: `opt${count}`,
    stake,
    odds: 25_000,
    potentialPayout: 2 * stake,
    status: index % 11 === 0 ? "void" : "open",
    payout: index % 11 === 0 ? stake : null,
    placedAt: 1_700_000_000_000 + index,
    index,
  } as unknown as BetView;
  const placed = { type: "betPlaced", userId: user, bet, balance: stake, seq: index } as unknown as BetPlaced;
  const balance = {
    ...balanceOf(user, index),
    balance: stake,
    openStake: 5,
    cause: "stake",
  } as BalanceChanged;
  const known = index % 3 === 0 ? {} : { odds };
  return {
    index,
    publicItems: index % 7 === 0 ? entry(index, []).publicItems : [{ index, event: odds }],
    personalItems: [
      { index, event: placed, ...(key === undefined ? {} : { requestId: key }), ...known },
      { index, event: balance },
    ],
    settlements: [],
    bookChanged: true,
  };
}

/** A book in which nothing was settled. */
const NOTHING_SETTLED = { settledFor: () => [] };

const indexesOf = (items: Iterable<{ index: number }> | undefined): number[] | undefined =>
  items === undefined ? undefined : [...items].map(({ index }) => index);

describe("the event feed", () => {
  it("gives what has a higher index, to each user its own", () => {
    const feed = new EventFeed();
    feed.add(entry(1, ["ann"]));
    feed.add(entry(3, ["bob", "ann"]));
    feed.add(entry(4, ["bob"]));
    expect(indexesOf(feed.publicSince(0))).toEqual([1, 3, 4]);
    expect(indexesOf(feed.publicSince(1))).toEqual([3, 4]);
    expect(indexesOf(feed.publicSince(4))).toEqual([]);
    expect(indexesOf(feed.personalSince("ann", 0, NOTHING_SETTLED))).toEqual([1, 3]);
    expect(indexesOf(feed.personalSince("bob", 3, NOTHING_SETTLED))).toEqual([4]);
    expect(indexesOf(feed.personalSince("eve", 0, NOTHING_SETTLED))).toEqual([]);
  });

  it("says so where it no longer holds what was missed", () => {
    const feed = new EventFeed({ publicMax: 2, personalMax: 3, settlementsMax: 3 });
    for (let index = 1; index <= 5; index += 1) feed.add(entry(index, ["ann"]));
    expect(feed.publicSince(2)).toBeUndefined();
    expect(indexesOf(feed.publicSince(3))).toEqual([4, 5]);
    expect(feed.personalSince("ann", 1, NOTHING_SETTLED)).toBeUndefined();
    expect(indexesOf(feed.personalSince("ann", 2, NOTHING_SETTLED))).toEqual([3, 4, 5]);
    expect(feed.personalSince("eve", 1, NOTHING_SETTLED)).toBeUndefined();
  });

  it("holds nothing of the time before a snapshot took the book's place", () => {
    const feed = new EventFeed();
    feed.add(entry(1, ["ann"]));
    feed.reset(10);
    expect(feed.publicSince(9)).toBeUndefined();
    expect(indexesOf(feed.publicSince(10))).toEqual([]);
    expect(feed.lastPublicIndex).toBe(10);
  });

  it("never gives less than everything above the index, whatever was dropped", () => {
    const users = fc.subarray(["ann", "bob", "eve"]);
    fc.assert(
      fc.property(fc.array(users, { maxLength: 200 }), fc.integer({ min: 1, max: 20 }), (entries, max) => {
        const feed = new EventFeed({ publicMax: max, personalMax: max, settlementsMax: max });
        entries.forEach((of, at) => feed.add(entry(at + 1, of)));
        for (let from = 0; from <= entries.length; from += 1) {
          const all = entries.map((_, at) => at + 1).filter((index) => index > from);
          const got = indexesOf(feed.publicSince(from));
          if (got !== undefined) expect(got).toEqual(all);
          for (const user of ["ann", "bob", "eve"]) {
            const own = indexesOf(feed.personalSince(user, from, NOTHING_SETTLED));
            if (own !== undefined)
              expect(own).toEqual(all.filter((index) => entries[index - 1]?.includes(user)));
          }
        }
        expect(feed.publicSince(entries.length)).toBeDefined();
      }),
      { numRuns: 60 },
    );
  });

  it("gives everything back as it was added, whatever was dropped", () => {
    fc.assert(
      fc.property(fc.array(bets, { maxLength: 300 }), fc.integer({ min: 1, max: 400 }), (placed, max) => {
        const feed = new EventFeed({ publicMax: max, personalMax: max, settlementsMax: 1 });
        const entries = placed.map((bet, at) => betEntry(at + 1, bet));
        for (const each of entries) feed.add(each);
        const told = entries.flatMap(({ publicItems }) => publicItems).slice(-max);
        const from = (told[0]?.index ?? 1) - 1;
        expect([...(feed.publicSince(from) ?? [])]).toEqual(told);
        const kept = entries.flatMap(({ personalItems }) => personalItems).slice(-max);
        // Of the entry of the oldest item that is left, the other may be gone.
        const floor = kept[0]?.index ?? 0;
        for (const user of ["ann", "bob", "eve"]) {
          const own = kept.filter(({ index, event }) => index > floor && event.userId === user);
          expect([...(feed.personalSince(user, floor, NOTHING_SETTLED) ?? [])]).toEqual(own);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("keeps long rows and many pages of them", () => {
    const feed = new EventFeed({ publicMax: 2_000, personalMax: 4_000, settlementsMax: 1 });
    const wide: Placed = {
      user: "ann",
      key: undefined,
      amounts: [...Array(96).keys()].map((i) => 2 ** 40 + i),
    };
    for (let index = 1; index <= 10_000; index += 1) feed.add(betEntry(index, wide));
    const items = [...(feed.publicSince(8_000) ?? [])];
    expect(items).toHaveLength(2_000);
    expect(items.at(-1)).toEqual(betEntry(10_000, wide).publicItems[0]);
    const own = [...(feed.personalSince("ann", 8_000, NOTHING_SETTLED) ?? [])];
    expect(own).toHaveLength(4_000);
    expect(own.slice(-2)).toEqual(betEntry(10_000, wide).personalItems);
  });

  it("asks the book for a user's part in settlements, and puts it where it belongs", () => {
    const feed = new EventFeed();
    feed.add(entry(1, ["ann"]));
    feed.add(settled(2));
    feed.add(entry(3, ["ann", "bob"]));
    feed.add(settled(4));
    feed.add(settled(5));
    const book: Pick<Book, "settledFor"> = {
      settledFor: (user, settlements) =>
        settlements.map(({ gameId }) =>
          gameId === 4 ? [] : [balanceOf(user, gameId), balanceOf(user, gameId)],
        ),
    };
    expect(indexesOf(feed.personalSince("ann", 0, book))).toEqual([1, 2, 2, 3, 5, 5]);
    expect(indexesOf(feed.personalSince("ann", 2, book))).toEqual([3, 5, 5]);
    expect(indexesOf(feed.personalSince("bob", 0, book))).toEqual([2, 2, 3, 5, 5]);
    expect(indexesOf(feed.personalSince("eve", 4, book))).toEqual([5, 5]);
    expect(indexesOf(feed.personalSince("eve", 5, book))).toEqual([]);
    expect([...(feed.personalSince("eve", 4, book) ?? [])].map(({ event }) => event.userId)).toEqual([
      "eve",
      "eve",
    ]);
  });

  it("gives nothing of a user who has too many bets in what was settled", () => {
    const feed = new EventFeed();
    feed.add(settled(1));
    feed.add(settled(2));
    const settledFor = (
      _: UserId,
      settlements: readonly BetsSettled[],
      betsMax: number,
    ): undefined | never[][] =>
      settlements.length * 1_001 > betsMax ? undefined : settlements.map(() => []);
    const book = { settledFor: settledFor as Book["settledFor"] };
    expect(feed.personalSince("ann", 0, book)).toBeUndefined();
    expect(indexesOf(feed.personalSince("ann", 1, book))).toEqual([]);
  });

  it("says so where it no longer holds a settlement", () => {
    const feed = new EventFeed({ publicMax: 9, personalMax: 9, settlementsMax: 2 });
    for (let index = 1; index <= 4; index += 1) feed.add(settled(index));
    const book: Pick<Book, "settledFor"> = {
      settledFor: (user, settlements) => settlements.map(({ gameId }) => [balanceOf(user, gameId)]),
    };
    expect(feed.personalSince("ann", 1, book)).toBeUndefined();
    expect(indexesOf(feed.personalSince("ann", 2, book))).toEqual([3, 4]);
    feed.reset(9);
    expect(feed.personalSince("ann", 8, book)).toBeUndefined();
    expect(indexesOf(feed.personalSince("ann", 9, book))).toEqual([]);
  });
});
