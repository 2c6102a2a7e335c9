// The whole state of a book: tables, and the counters of the house. Commands change it, queries read it.

import { LimitUsage } from "../accounts/limit-usage.ts";
import type { BalanceCause, BalanceChanged, BookChanged, BookEvent } from "../events.ts";
import { DigestSum } from "../digest/digest-sum.ts";
import { Hasher } from "../digest/hasher.ts";
import { strategyOf } from "../games/market-prices.ts";
import { PendingSettlements } from "../settlements/pending-settlements.ts";
import { accountNow } from "../settlements/unwritten-rows.ts";
import { credit } from "../settlements/write-rows.ts";
import { OwnerTallies } from "../queries/owner-tallies.ts";
import { LookAhead } from "../requests/look-ahead.ts";
import { RequestsTable } from "../requests/requests-table.ts";
import {
  type LogIndex,
  type MinorUnits,
  ODDS_SCALE,
  type Sequence,
  trusted,
  type UnixMillis,
} from "../units.ts";
import type { AuditAction, AuditView } from "../views.ts";
import { AccountsTable } from "./accounts-table.ts";
import { AuditTable } from "./audit-table.ts";
import { BetOrder } from "./bet-order.ts";
import { BetsTable } from "./bets-table.ts";
import { ClosingQueue } from "./closing-queue.ts";
import { CAUSE } from "./codes.ts";
import type { GameRecord } from "./game-record.ts";
import { DrawsTable } from "./draws-table.ts";
import { DeadHeats } from "./dead-heats.ts";
import { DeparturesTable } from "./departures-table.ts";
import { GamesTable } from "./games-table.ts";
import { HistoryTable } from "./history-table.ts";
import { LedgerTable } from "./ledger-table.ts";
import { StakeResidues } from "./stake-residues.ts";
import { TAG } from "./tags.ts";

/** Money and rules of the house. balances + escrow + house = openingBankroll + deposits − withdrawals. */
export interface Counters {
  opened: boolean;
  welcomeBalance: number;
  refuseUnsafePricing: boolean;
  house: number;
  escrow: number;
  /** Sum over all accounts, with what is owed to them. */
  balances: number;
  /** What settlements bring to users whose accounts were not credited with it yet. */
  owed: number;
  openingBankroll: number;
  deposits: number;
  withdrawals: number;
  /** Sum of the worst cases of unsettled games. */
  exposure: number;
  /** Games neither settled nor voided. */
  openGames: number;
}

export class BookState {
  readonly hasher = new Hasher();
  readonly accounts = new AccountsTable(this.hasher);
  readonly games = new GamesTable(this.hasher);
  readonly bets = new BetsTable(this.hasher);
  readonly ledger = new LedgerTable(this.hasher);
  readonly requests = new RequestsTable(this.hasher);
  readonly audit = new AuditTable(this.hasher);
  readonly history = new HistoryTable(this.hasher);
  readonly draws = new DrawsTable(this.hasher);
  readonly departures = new DeparturesTable(this.hasher);
  readonly closing = new ClosingQueue();
  /** Games whose seeds must be revealed by then. */
  readonly revealing = new ClosingQueue();
  readonly order = new BetOrder(this.bets);
  /** Of games that are priced as a pool. */
  readonly residues = new StakeResidues();
  /** Of games at fixed odds. */
  readonly deadHeats = new DeadHeats(this.bets, this.order, this.departures);
  readonly lookAhead = new LookAhead(this.accounts, this.requests);
  readonly owners = new OwnerTallies();
  readonly settlements = new PendingSettlements();
  readonly limitUsage = new LimitUsage(this.accounts, this.ledger, this.settlements);
  readonly counters: Counters = {
    opened: false,
    welcomeBalance: 0,
    refuseUnsafePricing: false,
    house: 0,
    escrow: 0,
    balances: 0,
    owed: 0,
    openingBankroll: 0,
    deposits: 0,
    withdrawals: 0,
    exposure: 0,
    openGames: 0,
  };
  /** Log index and time of the entry in hand, or the last one. */
  index: LogIndex = trusted<LogIndex>(0);
  at: UnixMillis = trusted<UnixMillis>(0);
  /** Events of the entry in hand. */
  events: BookEvent[] = [];
  /** What the idempotency record of the command in hand is to refer to. */
  reference = 0;

  /**
   * Writes one ledger row and moves the account with it. The other side (house or escrow) is the caller's.
   *
   * @param amount signed: what the user gains
   * @param openStakeChange signed
   * @returns the row
   */
  post(account: number, cause: number, reference: number, amount: number, openStakeChange: number): number {
    const { accounts, ledger, settlements } = this;
    if (!settlements.isEmpty) credit(this, account);
    const balance = accounts.balance.get(account) + amount;
    const row = ledger.append(
      account,
      cause,
      reference,
      balance,
      accounts.lastPosting.get(account),
      this.at,
      this.index,
    );
    accounts.update(account, balance, accounts.openStake.get(account) + openStakeChange, row);
    this.counters.balances += amount;
    return row;
  }

  /** Takes a bet that has its row into what is derived from the bets. */
  indexBet(bet: number): void {
    const { bets, games, order, residues, departures, deadHeats } = this;
    const id = bets.game.get(bet);
    order.add(id, bet);
    const game = games.get(id);
    if (game === undefined) return;
    if (!strategyOf(game).pool) deadHeats.add(game, bet);
    else if (!departures.has(bet))
      residues.add(id, bets.outcome.get(bet), bets.stake.get(bet), ODDS_SCALE / game.text.pricing.tick);
  }

  /** Takes a bet that is about to leave its game out again; its place among the bets of its game it keeps. */
  unindexBet(bet: number): void {
    const { bets, games, residues, deadHeats } = this;
    const game = games.get(bets.game.get(bet));
    if (game === undefined) return;
    if (!strategyOf(game).pool) deadHeats.remove(game, bet);
    else {
      const modulus = ODDS_SCALE / game.text.pricing.tick;
      residues.remove(game.text.id, bets.outcome.get(bet), bets.stake.get(bet), modulus);
    }
  }

  /** The account's balance, with what is owed to it. */
  balanceOf(account: number): number {
    return this.settlements.isEmpty ? this.accounts.balance.get(account) : accountNow(this, account).balance;
  }

  ownerOf(bet: number): number {
    return this.ledger.account.get(this.bets.posting.get(bet));
  }

  /** The account's newest bet, 0 for none. */
  newestBetOf(account: number): number {
    return this.#betFrom(this.accounts.lastPosting.get(account));
  }

  /** The bet that its account made before, 0 for none: found along the account's ledger, not among others' bets. */
  betBefore(bet: number): number {
    return this.#betFrom(this.ledger.previous.get(this.bets.posting.get(bet)));
  }

  /** The first bet along an account's ledger, from a row on backwards. */
  #betFrom(newest: number): number {
    const { cause, previous, reference } = this.ledger;
    for (let row = newest; row !== 0; row = previous.get(row)) {
      if (cause.get(row) === CAUSE.stake) return reference.get(row);
    }
    return 0;
  }

  /** Tells what an account has after the whole entry that wrote to it: called once an account an entry. */
  tellBalance(account: number, cause: BalanceCause): void {
    this.events.push(this.balanceChanged(account, cause));
  }

  balanceChanged(account: number, cause: BalanceCause): BalanceChanged {
    const { accounts } = this;
    return {
      type: "balanceChanged",
      userId: accounts.nameOf(account),
      balance: trusted<MinorUnits>(accounts.balance.get(account)),
      openStake: trusted<MinorUnits>(accounts.openStake.get(account)),
      seq: trusted<Sequence>(accounts.lastPosting.get(account)),
      cause,
    };
  }

  tellBook(): void {
    this.events.push(this.bookChanged());
  }

  bookChanged(): BookChanged {
    const { house, escrow, exposure } = this.counters;
    return {
      type: "bookChanged",
      house: trusted<MinorUnits>(house),
      escrow: trusted<MinorUnits>(escrow),
      exposure: trusted<MinorUnits>(exposure),
    };
  }

  /** Writes down what an admin or the system did. */
  note(action: AuditAction, facts: Omit<AuditView, "index" | "at" | "action">): void {
    this.audit.append({ index: this.index, at: this.at, action, ...facts });
  }

  /** Counts a game's new worst case into the book's exposure. */
  exposeGame(game: GameRecord, worstCase: number): void {
    this.counters.exposure += worstCase - game.worstCase;
    game.worstCase = worstCase;
  }

  countersDigest(): DigestSum {
    const counters = this.counters;
    const sum = new DigestSum();
    sum.add(
      this.hasher
        .start(TAG.counters)
        .word(counters.opened ? 1 : 0)
        .integer(counters.welcomeBalance)
        .word(counters.refuseUnsafePricing ? 1 : 0)
        .integer(counters.house)
        .integer(counters.escrow)
        .integer(counters.balances)
        .integer(counters.owed)
        .integer(counters.openingBankroll)
        .integer(counters.deposits)
        .integer(counters.withdrawals)
        .integer(counters.exposure)
        .word(counters.openGames)
        .word(this.accounts.count)
        .word(this.games.count)
        .word(this.bets.count)
        .word(this.ledger.count)
        .finish(),
    );
    sum.add(this.settlements.hash(this.hasher));
    return sum;
  }
}
