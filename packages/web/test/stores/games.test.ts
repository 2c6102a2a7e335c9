import { effect } from "@preact/signals";
import { describe, expect, test } from "vitest";
import type { Game, PublicMessage } from "@quorumbook/client";
import { GamesStore } from "../../src/stores/games.ts";

const game = (change: Partial<Game> = {}): Game => ({
  id: 1,
  question: "Arsenal – Chelsea",
  category: "real",
  status: "open",
  outcomes: [
    { key: "opt1", label: "Arsenal", odds: 2, cap: 5000, staked: 0 },
    { key: "opt2", label: "Chelsea", odds: 2, cap: 5000, staked: 0 },
  ],
  version: 1,
  totalStaked: 0,
  createdAt: "2026-11-22T12:00:00Z",
  ...change,
});

const moved = (version: number, first: number, replay?: true): PublicMessage => ({
  type: "oddsChanged",
  index: 10 + version,
  gameId: 1,
  version,
  outcomes: [
    { key: "opt1", odds: first, cap: 4000, staked: 1000 },
    { key: "opt2", odds: 2.2, cap: 6000, staked: 0 },
  ],
  totalStaked: 1000,
  ...(replay ? { replay } : {}),
});

const started = (first: Game = game()): GamesStore => {
  const store = new GamesStore();
  store.apply({ type: "snapshot", index: 10, games: [first] });
  return store;
};

describe("odds", () => {
  test("move as told, with the direction of the movement", () => {
    const store = started();
    store.apply(moved(2, 1.9));
    expect(store.peek(1)?.outcomes.map(({ odds, move }) => [odds, move?.direction])).toEqual([
      [1.9, "down"],
      [2.2, "up"],
    ]);
    expect(store.peek(1)?.totalStaked).toBe(1000);
  });

  test("of an older or the same version are dropped, whichever stream brings them late", () => {
    const store = started();
    store.apply(moved(3, 1.8));
    store.apply(moved(2, 1.9));
    store.apply(moved(3, 1.7));
    expect(store.peek(1)?.outcomes[0]?.odds).toBe(1.8);
  });

  test("that are replayed change the price and show no movement", () => {
    const store = started();
    store.apply(moved(2, 1.9, true));
    expect(store.peek(1)?.outcomes[0]).toMatchObject({ odds: 1.9, move: null });
  });

  test("of the answer to an own bet hold at once, and the public message of it changes nothing", () => {
    const store = started();
    store.applyBet({
      id: 1,
      version: 2,
      outcomes: [
        { key: "opt1", odds: 1.9, cap: 4000, staked: 700 },
        { key: "opt2", odds: 2.2, cap: 6000, staked: 300 },
      ],
    });
    expect(store.peek(1)).toMatchObject({ totalStaked: 1000, pricesVersion: 2 });
    store.apply(moved(2, 1.5));
    expect(store.peek(1)?.outcomes[0]?.odds).toBe(1.9);
  });
});

describe("a game's status", () => {
  test("is not held back by prices of a higher version that came first on the other stream", () => {
    const store = started(game({ status: "suspended", version: 5 }));
    store.apply(moved(7, 1.9));
    store.apply({ type: "gameResumed", index: 16, gameId: 1, version: 6 });
    expect(store.peek(1)).toMatchObject({ status: "open", version: 7 });
  });

  test("does not go back", () => {
    const store = started();
    store.apply({ type: "gameClosed", index: 12, gameId: 1, version: 3 });
    store.apply({ type: "gameSuspended", index: 11, gameId: 1, version: 2 });
    expect(store.peek(1)?.status).toBe("closed");
  });

  test("settled names the winner", () => {
    const store = started();
    store.apply({ type: "gameSettled", index: 12, gameId: 1, version: 3, winner: "opt2" });
    expect(store.peek(1)).toMatchObject({ status: "settled", winner: "opt2" });
  });

  test("resumed after a suspension that hid the caps asks for the game, as the message has no caps", () => {
    const closed = game().outcomes.map((outcome) => ({ ...outcome, cap: 0 }));
    const store = started(game({ status: "suspended", outcomes: closed, version: 2 }));
    const asked: number[] = [];
    store.onIncomplete = (id) => asked.push(id);
    store.apply({ type: "gameResumed", index: 12, gameId: 1, version: 3 });
    expect(asked).toEqual([1]);
    store.put(game({ version: 3 }));
    expect(store.peek(1)?.outcomes[0]?.cap).toBe(5000);
  });
});

describe("an outcome that is withdrawn", () => {
  const gone = { type: "outcomeWithdrawn", index: 12, gameId: 1, version: 2, outcome: "opt1" } as const;
  const first = (store: GamesStore) => store.peek(1)?.outcomes[0];

  test("has no odds, and stays withdrawn when the others are priced anew", () => {
    const store = started();
    store.apply(gone);
    expect(first(store)).toMatchObject({ odds: null, cap: 0, withdrawn: true });
    const { outcomes } = moved(2, 1.9) as Extract<PublicMessage, { type: "oddsChanged" }>;
    const left = outcomes.map((price) => (price.key === "opt1" ? { ...price, odds: null, cap: 0 } : price));
    store.apply({ type: "oddsChanged", index: 12, gameId: 1, version: 2, outcomes: left, totalStaked: 0 });
    expect(first(store)).toMatchObject({ odds: null, withdrawn: true });
    expect(store.peek(1)?.outcomes[1]?.odds).toBe(2.2);
  });

  test("stays so when the game, read just before, arrives after the message", () => {
    const store = started();
    store.apply(gone);
    store.put(game());
    expect(first(store)).toMatchObject({ odds: null, cap: 0, withdrawn: true });
  });

  test("of a game that is not known has the game read", () => {
    const store = new GamesStore();
    const asked: number[] = [];
    store.onIncomplete = (id) => asked.push(id);
    store.apply(gone);
    expect(asked).toEqual([1]);
  });
});

describe("the list of games", () => {
  test("is watched by those who look for a game that is not there yet", () => {
    const store = new GamesStore();
    const seen: (string | undefined)[] = [];
    effect(() => {
      seen.push(store.find(1)?.value.question);
    });
    store.apply({ type: "gameCreated", index: 3, game: game() });
    expect(seen).toEqual([undefined, "Arsenal – Chelsea"]);
  });

  test("is not computed anew when only odds move", () => {
    const store = started();
    let times = 0;
    effect(() => {
      void store.catalog.value;
      times += 1;
    });
    store.apply(moved(2, 1.9));
    expect(times).toBe(1);
    store.apply({ type: "gameSuspended", index: 13, gameId: 1, version: 3 });
    expect(times).toBe(2);
  });

  test("keeps a game that a snapshot of an older index does not have", () => {
    const store = started();
    store.apply({ type: "gameCreated", index: 20, game: game({ id: 2 }) });
    store.apply({ type: "snapshot", index: 15, games: [game()] });
    expect(store.catalog.value.map(({ id }) => id)).toEqual([2, 1]);
  });

  test("loses a game that a newer snapshot does not have", () => {
    const store = started();
    store.apply({ type: "snapshot", index: 30, games: [game({ id: 2 })] });
    expect(store.catalog.value.map(({ id }) => id)).toEqual([2]);
    expect(store.peek(1)).toBeUndefined();
  });
});
