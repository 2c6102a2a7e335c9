import type { GameStatusChanged, OddsChanged } from "@quorumbook/betting-core";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PublicItem } from "../../src/replication/event-feed.ts";
import { Conflation, mergeOdds } from "../../src/socket/conflation.ts";
import { Clock } from "../support/clock.ts";

function odds(index: number, gameId: number): PublicItem {
  const event = {
    type: "oddsChanged",
    gameId,
    version: index,
    odds: [],
    caps: [],
    staked: [],
    totalStaked: 0,
  };
  return { index, event: event as unknown as OddsChanged };
}

function closed(index: number, gameId: number): PublicItem {
  const event = { type: "gameClosed", gameId, version: index, status: "closed" };
  return { index, event: event as unknown as GameStatusChanged };
}

function conflated() {
  const clock = new Clock();
  const sent: { at: number; item: PublicItem }[] = [];
  const conflation = new Conflation((items) => {
    for (const item of items) sent.push({ at: clock.time, item });
  }, clock);
  return { clock, sent, conflation, indexes: () => sent.map(({ item }) => item.index) };
}

describe("conflation", () => {
  it("sends the first change at once and merges what follows into the newest", () => {
    const { clock, conflation, indexes } = conflated();
    conflation.add([odds(1, 7)]);
    expect(indexes()).toEqual([1]);
    conflation.add([odds(2, 7)]);
    conflation.add([odds(3, 7)]);
    expect(indexes()).toEqual([1]);
    clock.advance(60);
    expect(indexes()).toEqual([1, 3]);
  });

  it("sends what is held back before any other message of a higher index", () => {
    const { clock, conflation, indexes } = conflated();
    conflation.add([odds(1, 7)]);
    conflation.add([odds(2, 7)]);
    conflation.add([odds(3, 8)]);
    conflation.add([closed(4, 7)]);
    expect(indexes()).toEqual([1, 2, 3, 4]);
    clock.advance(1_000);
    expect(indexes()).toEqual([1, 2, 3, 4]);
  });

  it("keeps the order of the log, loses no game's newest odds, and sends no game more than 20 a second", () => {
    const step = fc.record({ wait: fc.integer({ min: 0, max: 30 }), game: fc.integer({ min: 1, max: 4 }) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 300 }), (steps) => {
        const { clock, sent, conflation } = conflated();
        const newest = new Map<number, number>();
        steps.forEach(({ wait, game }, at) => {
          clock.advance(wait);
          conflation.add([odds(at + 1, game)]);
          newest.set(game, at + 1);
        });
        clock.advance(1_000);
        const indexes = sent.map(({ item }) => item.index);
        expect(indexes).toEqual([...indexes].sort((a, b) => a - b));
        for (const [game, index] of newest) {
          const ofGame = sent.filter(({ item }) => item.event.gameId === game);
          expect(ofGame.at(-1)?.item.index).toBe(index);
          for (const { at } of ofGame) {
            const second = ofGame.filter((other) => other.at >= at && other.at < at + 1_000);
            expect(second.length).toBeLessThanOrEqual(20);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it("merges a replay by the same rule", () => {
    const replay = mergeOdds([odds(1, 7), odds(2, 8), odds(3, 7), closed(4, 9), odds(5, 7), odds(6, 7)]);
    expect(replay.map(({ index }) => index)).toEqual([2, 3, 4, 6]);
  });
});
