// The sliding sums under the limits: the same as adding up the ledger each time, without doing so.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LimitUsage } from "../../src/accounts/limit-usage.ts";
import { LIMIT_WINDOWS, WINDOW_MS } from "../../src/accounts/limit-windows.ts";
import { BookState } from "../../src/state/book-state.ts";
import { CAUSE } from "../../src/state/codes.ts";
import { type UnixMillis, type UserId, trusted } from "../../src/units.ts";

const HOUR = 3_600_000;
const KINDS = ["deposit", "stake", "loss"] as const;
const CAUSES = Object.values(CAUSE);

function bookWith(users: readonly string[]): BookState {
  const state = new BookState();
  for (const user of users) state.accounts.open(trusted<UserId>(user));
  return state;
}

function addedUp(state: BookState, account: number, kind: (typeof KINDS)[number], after: number): number {
  let used = 0;
  for (let row = 1; row <= state.ledger.count; row++) {
    if (state.ledger.account.get(row) !== account || state.ledger.at.get(row) <= after) continue;
    const cause = state.ledger.cause.get(row);
    const amount = state.ledger.amountOf(row);
    if (kind === "deposit" && cause === CAUSE.deposit) used += amount;
    if (kind !== "deposit" && cause === CAUSE.stake) used -= amount;
    const returns: readonly number[] = [CAUSE.payout, CAUSE.refund, CAUSE.adjustment];
    if (kind === "loss" && returns.includes(cause)) used -= amount;
  }
  return Math.max(0, used);
}

describe("what is used of a limit", () => {
  test("is what the ledger's rows in the window add up to, whenever and however often it is asked", () => {
    const step = fc.record({
      account: fc.integer({ min: 1, max: 2 }),
      cause: fc.constantFrom(...CAUSES),
      amount: fc.integer({ min: -1_000, max: 1_000 }),
      wait: fc.constantFrom(0, 1, HOUR, 24 * HOUR - 1, 24 * HOUR, 100 * HOUR, 30 * 24 * HOUR),
      ask: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const state = bookWith(["ann", "bob"]);
        for (const { account, cause, amount, wait, ask } of steps) {
          state.at = trusted<UnixMillis>(state.at + wait);
          state.post(account, cause, 0, amount, 0);
          if (!ask) continue;
          for (const kind of KINDS) {
            for (const window of LIMIT_WINDOWS) {
              const expected = addedUp(state, account, kind, state.at - WINDOW_MS[window]);
              expect(state.limitUsage.used(account, kind, window, state.at)).toBe(expected);
              const anew = new LimitUsage(state.accounts, state.ledger, state.settlements);
              expect(anew.used(account, kind, window, state.at)).toBe(expected);
            }
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  test("is found by a few looks at each row of the ledger, however often it is asked", () => {
    const state = bookWith(["ann"]);
    let looks = 0;
    const { previous } = state.ledger;
    const get = previous.get.bind(previous);
    previous.get = (row) => {
      looks++;
      return get(row);
    };
    const rows = 3_000;
    for (let row = 1; row <= rows; row++) {
      state.at = trusted<UnixMillis>(state.at + HOUR);
      state.post(1, CAUSE.deposit, 0, 1, 0);
      for (const window of LIMIT_WINDOWS) {
        const hours = Math.min(row, WINDOW_MS[window] / HOUR);
        expect(state.limitUsage.used(1, "deposit", window, state.at)).toBe(hours);
      }
    }
    // Once to find it, and once into each of three windows and out of it again.
    expect(looks).toBeLessThanOrEqual(rows * 7);
  });
});
