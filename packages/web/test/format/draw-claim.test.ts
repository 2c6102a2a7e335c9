import { expect, test } from "vitest";
import { drawValuesText, readDrawValues } from "../../src/format/draw-claim.ts";

const VALUES = {
  gameId: 7,
  commitments: ["aa", "bb"],
  seeds: ["cc", null],
  weights: [1, 1],
  closing: { size: 3, root: "dd" },
  revealBy: "2026-11-22T13:00:00Z",
  winner: "opt2",
};

test("values that were saved can be pasted again", () => {
  expect(readDrawValues(drawValuesText(VALUES))).toEqual(VALUES);
  const undecided = { ...VALUES, closing: null, winner: undefined };
  expect(readDrawValues(JSON.stringify(undecided))).toMatchObject({ gameId: 7, closing: null });
});

test.each([
  ["", "nothing"],
  ["{", "half of something"],
  ["null", "null"],
  ["7", "a number"],
  ["[]", "a list"],
  [JSON.stringify({ ...VALUES, gameId: "7" }), "an id that is text"],
  [JSON.stringify({ ...VALUES, gameId: -1 }), "a negative id"],
  [JSON.stringify({ ...VALUES, commitments: "aa" }), "commitments that are no list"],
  [JSON.stringify({ ...VALUES, seeds: [1, null] }), "a seed that is a number"],
  [JSON.stringify({ ...VALUES, weights: [0.5] }), "half a chance"],
  [JSON.stringify({ ...VALUES, closing: undefined }), "no word of the history"],
  [JSON.stringify({ ...VALUES, closing: { size: 3 } }), "a history without its root"],
  [JSON.stringify({ ...VALUES, winner: 2 }), "a winner that is a number"],
])("%s is no draw: %s", (text) => {
  expect(readDrawValues(text)).toBeNull();
});
