// Takes money from outside into an account.

import type { Deposit } from "../commands.ts";
import type { Outcome } from "../outcomes.ts";
import type { BookState } from "../state/book-state.ts";
import { CAUSE } from "../state/codes.ts";
import { type MinorUnits, type Sequence, trusted } from "../units.ts";
import { depositLimitReached, exclusionOf } from "./limits.ts";
import { accountOf } from "./open-account.ts";
import { rejected } from "../rejected.ts";

export function deposit(state: BookState, command: Deposit): Outcome<"deposit"> {
  const existing = state.accounts.find(command.actor);
  const { amount } = command;
  const excludedUntil = exclusionOf(state, existing, state.at);
  if (excludedUntil !== undefined) return rejected({ code: "excluded", excludedUntil });
  const reached = depositLimitReached(state, existing, amount, state.at);
  if (reached !== undefined) return rejected(reached);
  // All money there ever was stays below 2^53, so no balance or total can lose a cent.
  if (state.counters.openingBankroll + state.counters.deposits + amount > Number.MAX_SAFE_INTEGER) {
    return rejected({ code: "invalid_request", path: "amount", message: "the book cannot hold that much" });
  }
  const account = accountOf(state, command.actor);
  const seq = state.post(account, CAUSE.deposit, 0, amount, 0);
  state.counters.deposits += amount;
  state.reference = seq;
  state.tellBalance(account, "deposit");
  if (existing === 0) state.tellBook();
  return {
    status: "accepted",
    type: "deposit",
    balance: trusted<MinorUnits>(state.accounts.balance.get(account)),
    seq: trusted<Sequence>(seq),
  };
}
