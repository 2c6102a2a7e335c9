// The house's money as queries show it.

import type { BookState } from "../state/book-state.ts";
import { type MinorUnits, trusted } from "../units.ts";
import type { TotalsView } from "../views.ts";

export function totalsView(state: BookState): TotalsView {
  const { counters } = state;
  return {
    house: trusted<MinorUnits>(counters.house),
    escrow: trusted<MinorUnits>(counters.escrow),
    balances: trusted<MinorUnits>(counters.balances),
    openingBankroll: trusted<MinorUnits>(counters.openingBankroll),
    deposits: trusted<MinorUnits>(counters.deposits),
    withdrawals: trusted<MinorUnits>(counters.withdrawals),
    exposure: trusted<MinorUnits>(counters.exposure),
    openGames: counters.openGames,
    accounts: state.accounts.count,
    games: state.games.count,
    bets: state.bets.count,
  };
}
