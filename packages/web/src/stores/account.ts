// The signed-in user's money. Balances arrive over several ways in no certain order; `seq` says which one is newest.
import { type ReadonlySignal, signal } from "@preact/signals";

export interface Money {
  readonly balance: number;
  /** Sum of the stakes of open bets. */
  readonly openStake: number;
}

export class AccountStore {
  readonly #money = signal<Money | null>(null);
  /** Null until the first balance arrived, and for guests. */
  readonly money: ReadonlySignal<Money | null> = this.#money;
  #balanceSeq = -1;
  /** Answers to own writes tell the balance alone, so that the open stake may be of an older seq. */
  #openStakeSeq = -1;

  /** Takes a balance unless it is not newer than what is known. */
  apply(change: { balance: number; seq: number; openStake?: number }): void {
    const before = this.#money.peek() ?? { balance: 0, openStake: 0 };
    let { balance, openStake } = before;
    if (change.seq > this.#balanceSeq) {
      this.#balanceSeq = change.seq;
      balance = change.balance;
    }
    if (change.openStake !== undefined && change.seq > this.#openStakeSeq) {
      this.#openStakeSeq = change.seq;
      openStake = change.openStake;
    }
    if (this.#money.peek() && balance === before.balance && openStake === before.openStake) return;
    this.#money.value = { balance, openStake };
  }

  /** Another user, or none. */
  clear(): void {
    this.#balanceSeq = -1;
    this.#openStakeSeq = -1;
    this.#money.value = null;
  }
}
