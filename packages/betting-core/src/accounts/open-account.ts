// Opens an account, with the welcome balance paid by the house.

import type { OpenAccount } from "../commands.ts";
import type { AcceptedOutcome } from "../outcomes.ts";
import { credit } from "../settlements/write-rows.ts";
import type { BookState } from "../state/book-state.ts";
import { CAUSE } from "../state/codes.ts";
import { type MinorUnits, type Sequence, trusted, type UserId } from "../units.ts";

export function openAccount(state: BookState, command: OpenAccount): AcceptedOutcome<"openAccount"> {
  const existing = state.accounts.find(command.actor);
  const account = existing === 0 ? openAccountFor(state, command.actor) : existing;
  // What the answer tells is rebuilt from a ledger row when it is repeated: the row must be there.
  if (!state.settlements.isEmpty) credit(state, account);
  if (existing === 0) {
    state.tellBalance(account, "welcome");
    state.tellBook();
  }
  const seq = state.accounts.lastPosting.get(account);
  state.reference = seq;
  return {
    status: "accepted",
    type: "openAccount",
    balance: trusted<MinorUnits>(state.accounts.balance.get(account)),
    seq: trusted<Sequence>(seq),
    changed: existing === 0,
  };
}

/** The balance of a user, or what it would be with the account that the command in hand would open. */
export function balanceOrWelcome(state: BookState, account: number): number {
  return account === 0 ? state.counters.welcomeBalance : state.balanceOf(account);
}

/**
 * Every user is promised the same welcome, so the house pays it even from nothing: it is then below zero, and opens no
 * game until there is house money again.
 *
 * @returns the account's row; its events are the caller's, who may change it further
 */
export function openAccountFor(state: BookState, user: UserId): number {
  const welcome = state.counters.welcomeBalance;
  const account = state.accounts.open(user);
  const posting = state.post(account, CAUSE.welcome, 0, welcome, 0);
  state.accounts.opening.set(account, posting);
  state.counters.house -= welcome;
  return account;
}

/** The user's account, opened now where there is none. */
export function accountOf(state: BookState, user: UserId): number {
  const account = state.accounts.find(user);
  return account === 0 ? openAccountFor(state, user) : account;
}
