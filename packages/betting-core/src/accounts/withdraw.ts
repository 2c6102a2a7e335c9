// Pays money out of an account. Exclusion never stops it: what is a user's own stays within reach.

import type { Withdraw } from "../commands.ts";
import type { Outcome } from "../outcomes.ts";
import { rejected } from "../rejected.ts";
import type { BookState } from "../state/book-state.ts";
import { CAUSE } from "../state/codes.ts";
import { type MinorUnits, type Sequence, trusted } from "../units.ts";
import { accountOf, balanceOrWelcome } from "./open-account.ts";

export function withdraw(state: BookState, command: Withdraw): Outcome<"withdraw"> {
  const existing = state.accounts.find(command.actor);
  const amount: number = command.amount;
  const balance = balanceOrWelcome(state, existing);
  if (balance < amount) {
    return rejected({ code: "insufficient_balance", balance: trusted<MinorUnits>(balance) });
  }
  const account = accountOf(state, command.actor);
  const seq = state.post(account, CAUSE.withdrawal, 0, -amount, 0);
  state.counters.withdrawals += amount;
  state.reference = seq;
  state.tellBalance(account, "withdrawal");
  if (existing === 0) state.tellBook();
  return {
    status: "accepted",
    type: "withdraw",
    balance: trusted<MinorUnits>(state.accounts.balance.get(account)),
    seq: trusted<Sequence>(seq),
  };
}
