import { expect, test } from "vitest";
import { favouritesOf } from "../../src/format/favourites.ts";

const point = (...odds: (number | null)[]) => ({ index: 1, at: "2026-01-01T00:00:00Z", odds });

test("the favourites are those of the newest odds, in the order of the game", () => {
  const points = [point(1.1, 9, 9, 9), point(8, 2, 12, 1.5)];
  expect(favouritesOf(points, 2)).toEqual([1, 3]);
  expect(favouritesOf(points, 8)).toEqual([0, 1, 2, 3]);
});

test("what is not offered is no favourite, and of equal ones the first are", () => {
  expect(favouritesOf([point(null, 3, 3, 3)], 2)).toEqual([1, 2]);
  expect(favouritesOf([point(null, null)], 1)).toEqual([0]);
  expect(favouritesOf([], 4)).toEqual([]);
});
