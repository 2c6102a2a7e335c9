// What any book costs on this machine: the same bets into a Map of objects, without rules, prices, events, ledger,
// digest or snapshots. Only repeats are found, balances kept and stakes counted. The figure to compare with.

import type { PlaceBet } from "@quorumbook/betting-core";

interface PlainBet {
  readonly id: number;
  readonly userId: string;
  readonly gameId: number;
  readonly outcome: string;
  readonly stake: number;
  readonly odds: number;
  readonly status: "open";
  readonly placedAt: number;
  readonly index: number;
}

interface PlainAccount {
  balance: number;
  openStake: number;
  readonly bets: number[];
}

export class PlainMapBook {
  readonly #accounts = new Map<string, PlainAccount>();
  readonly #bets = new Map<number, PlainBet>();
  readonly #requests = new Map<string, number>();
  readonly #stakes = new Map<string, number>();

  get count(): number {
    return this.#bets.size;
  }

  apply(command: PlaceBet, index: number, at: number): PlainBet {
    const { actor, key, gameId, outcome, stake, odds } = command;
    const request = `${actor}/${key}`;
    const earlier = this.#requests.get(request);
    if (earlier !== undefined) return this.#bets.get(earlier) as PlainBet;
    const id = this.#bets.size + 1;
    const account = this.#accounts.get(actor) ?? { balance: 1e8, openStake: 0, bets: [] };
    if (account.bets.length === 0) this.#accounts.set(actor, account);
    account.balance -= stake;
    account.openStake += stake;
    account.bets.push(id);
    const market = `${gameId}/${outcome}`;
    this.#stakes.set(market, (this.#stakes.get(market) ?? 0) + stake);
    const bet: PlainBet = {
      id,
      userId: actor,
      gameId,
      outcome,
      stake,
      odds,
      status: "open",
      placedAt: at,
      index,
    };
    this.#bets.set(id, bet);
    this.#requests.set(request, id);
    return bet;
  }
}
