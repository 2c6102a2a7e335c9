import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { timeFromWire, timeToWire } from "../../src/contract/times.ts";

describe("times on the wire", () => {
  it("come back as they were", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), (millis) => {
        expect(timeFromWire(timeToWire(millis))).toBe(millis);
      }),
    );
  });

  it.each([
    ["2026-11-22T21:00:00Z", "2026-11-22T21:00:00.000Z"],
    ["2026-11-22t21:00:00.5z", "2026-11-22T21:00:00.500Z"],
    ["2026-11-22T21:00:00.123456789Z", "2026-11-22T21:00:00.123Z"],
    ["2026-11-22T21:00:00+02:00", "2026-11-22T19:00:00.000Z"],
    ["2026-11-22T21:00:00-09:30", "2026-11-23T06:30:00.000Z"],
    ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"],
  ])("are read with any offset: %s", (text, utc) => {
    expect(timeToWire(timeFromWire(text) ?? Number.NaN)).toBe(utc);
  });

  it.each([
    "2026-11-22",
    "2026-11-22T21:00:00",
    "2026-11-22 21:00:00Z",
    "2025-02-29T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-11-31T00:00:00Z",
    "2026-11-22T24:00:00Z",
    "2026-11-22T21:60:00Z",
    "2026-11-22T21:00:00+24:00",
    "1969-12-31T23:59:59Z",
    "tomorrow",
    "",
  ])("are refused where they are none: %s", (text) => {
    expect(timeFromWire(text)).toBeUndefined();
  });
});
