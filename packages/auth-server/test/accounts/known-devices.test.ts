import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEVICE_LIFETIME, knownDevices } from "../../src/accounts/known-devices.ts";
import { manualClock } from "../fixtures.ts";

const SECRET = Buffer.alloc(32, 1);
const ALICE = { name: "alice", passwordHash: "$argon2id$a" };

describe("a device cookie", () => {
  it("is known to its account alone, on every server with the secret", () => {
    const clock = manualClock();
    const cookie = knownDevices(SECRET, clock).issue(ALICE);
    const elsewhere = knownDevices(SECRET, clock);
    expect(elsewhere.recognise(cookie, ALICE)).toBe(cookie.split(".")[0]);
    expect(elsewhere.recognise(cookie, { ...ALICE, name: "bob" })).toBeUndefined();
    expect(elsewhere.recognise(cookie, { ...ALICE, passwordHash: "$argon2id$b" })).toBeUndefined();
    expect(knownDevices(Buffer.alloc(32, 2), clock).recognise(cookie, ALICE)).toBeUndefined();
  });

  it("ends after half a year, and does not come from the future", () => {
    const clock = manualClock();
    const devices = knownDevices(SECRET, clock);
    const cookie = devices.issue(ALICE);
    clock.advance(DEVICE_LIFETIME * 1000 - 1);
    expect(devices.recognise(cookie, ALICE)).toBeDefined();
    clock.advance(1);
    expect(devices.recognise(cookie, ALICE)).toBeUndefined();
    expect(knownDevices(SECRET, manualClock()).recognise(devices.issue(ALICE), ALICE)).toBeUndefined();
  });

  it("is none where a character of it is another", () => {
    const devices = knownDevices(SECRET, manualClock());
    const cookie = devices.issue(ALICE);
    const other = fc.constantFrom("A", "B", "x", "0", "9", "-", "_", ".");
    fc.assert(
      fc.property(fc.nat({ max: cookie.length - 2 }), other, (at, character) => {
        fc.pre(cookie[at] !== character);
        const forged = cookie.slice(0, at) + character + cookie.slice(at + 1);
        expect(devices.recognise(forged, ALICE)).toBeUndefined();
      }),
    );
    for (const garbage of ["", ".", "a.b.c", "A".repeat(10_000)])
      expect(devices.recognise(garbage, ALICE)).toBeUndefined();
  });
});
