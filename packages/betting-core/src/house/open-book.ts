// Opens the book with the house's money and the rules that all replicas share.

import type { OpenBook } from "../commands.ts";
import type { AcceptedOutcome } from "../outcomes.ts";
import type { BookState } from "../state/book-state.ts";

export function openBook(state: BookState, command: OpenBook): AcceptedOutcome<"openBook"> {
  const { counters } = state;
  if (counters.opened) return { status: "accepted", type: "openBook", changed: false };
  counters.opened = true;
  counters.welcomeBalance = command.welcomeBalance;
  counters.refuseUnsafePricing = command.refuseUnsafePricing;
  // House money may have been added, and deposits made, before the book was opened: all of it counts on.
  const room = Number.MAX_SAFE_INTEGER - counters.openingBankroll - counters.deposits;
  const bankroll = Math.min(command.openingBankroll, room);
  counters.house += bankroll;
  counters.openingBankroll += bankroll;
  state.note("openBook", {
    actor: command.actor,
    after: { openingBankroll: counters.openingBankroll, welcomeBalance: counters.welcomeBalance },
  });
  state.tellBook();
  state.reference = 1;
  return { status: "accepted", type: "openBook", changed: true };
}
