import { expect, test } from "vitest";
import { formatRemaining } from "../../src/format/time.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

test.each([
  [2 * 24 * HOUR + 4 * HOUR, "2 d 4 h"],
  [3 * HOUR + 5 * MINUTE, "3 h 05 min"],
  [4 * MINUTE + 9 * SECOND, "4:09"],
  [1, "0:01"],
])("%i ms ahead reads %s", (milliseconds, text) => {
  expect(formatRemaining(milliseconds)).toBe(text);
});

test("what has passed has no remaining time", () => {
  expect(formatRemaining(0)).toBeNull();
  expect(formatRemaining(-5)).toBeNull();
});
