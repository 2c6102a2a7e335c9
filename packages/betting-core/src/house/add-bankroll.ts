// Adds house money.

import type { AddBankroll } from "../commands.ts";
import type { Outcome } from "../outcomes.ts";
import { rejected } from "../rejected.ts";
import type { BookState } from "../state/book-state.ts";
import { type MinorUnits, trusted } from "../units.ts";

export function addBankroll(state: BookState, command: AddBankroll): Outcome<"addBankroll"> {
  const { counters } = state;
  if (counters.openingBankroll + counters.deposits + command.amount > Number.MAX_SAFE_INTEGER) {
    return rejected({ code: "invalid_request", path: "amount", message: "the book cannot hold that much" });
  }
  const before = counters.house;
  counters.house += command.amount;
  counters.openingBankroll += command.amount;
  state.note("addBankroll", {
    actor: command.actor,
    reason: command.reason,
    before: { house: before },
    after: { house: counters.house },
  });
  state.tellBook();
  return { status: "accepted", type: "addBankroll", house: trusted<MinorUnits>(counters.house) };
}
