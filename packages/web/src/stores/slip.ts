// The bet slip: what the bettor has picked, at the odds that were on the screen. Odds that move afterwards change
// nothing here; the bettor is asked.
import { type ReadonlySignal, computed, signal } from "@preact/signals";
import { type AcceptPolicy, type Bet, type BetOrder, factNumber, type Problem } from "@quorumbook/client";
import { parseMoney } from "../format/money.ts";
import type { Decision, Order } from "./orders.ts";

export type EntryState =
  | { readonly type: "editing" }
  | { readonly type: "placing"; readonly key: string }
  /** The answer is overdue; the same key is being asked for again. */
  | { readonly type: "checking"; readonly key: string }
  /** The server refused the odds: these are the current ones. */
  | { readonly type: "moved"; readonly currentOdds: number | null }
  | { readonly type: "refused"; readonly problem: Problem }
  | { readonly type: "placed"; readonly bet: Bet };

export interface SlipEntry {
  readonly gameId: number;
  readonly outcome: string;
  /** The odds that the bettor saw and agreed to. */
  readonly odds: number;
  readonly stakeText: string;
  readonly state: EntryState;
}

/** An entry's name: one selection is on the slip once. */
export function entryId(selection: { gameId: number; outcome: string }): string {
  return `${selection.gameId}:${selection.outcome}`;
}

export class SlipStore {
  readonly #entries = signal<readonly SlipEntry[]>([]);
  readonly entries: ReadonlySignal<readonly SlipEntry[]> = this.#entries;
  readonly selected: ReadonlySignal<ReadonlySet<string>> = computed(
    () => new Set(this.#entries.value.map(entryId)),
  );

  /** Puts a selection on the slip, or takes it off; an entry that is under way stays. */
  toggle(gameId: number, outcome: string, odds: number): void {
    const id = entryId({ gameId, outcome });
    const known = this.#entries.value.find((entry) => entryId(entry) === id);
    if (known && isUnderWay(known)) return;
    if (known && known.state.type !== "placed") {
      this.remove(id);
      return;
    }
    const entry: SlipEntry = { gameId, outcome, odds, stakeText: "", state: { type: "editing" } };
    this.#entries.value = [entry, ...this.#entries.value.filter((other) => entryId(other) !== id)];
  }

  remove(id: string): void {
    this.#entries.value = this.#entries.value.filter((entry) => entryId(entry) !== id || isUnderWay(entry));
  }

  /** Takes off what is done: placed bets. */
  clearPlaced(): void {
    this.#entries.value = this.#entries.value.filter((entry) => entry.state.type !== "placed");
  }

  clear(): void {
    this.#entries.value = [];
  }

  setStake(id: string, stakeText: string): void {
    this.#change(id, (entry) => ({ ...entry, stakeText, state: { type: "editing" } }));
  }

  /** The bettor agrees to the odds as they are now. */
  acceptOdds(id: string, odds: number): void {
    this.#change(id, (entry) => ({ ...entry, odds, state: { type: "editing" } }));
  }

  /** The order that the entry stands for, or null while it is none: no stake, or already under way. */
  order(id: string, accept: AcceptPolicy): BetOrder | null {
    const entry = this.#entries.value.find((candidate) => entryId(candidate) === id);
    const stake = entry ? parseMoney(entry.stakeText) : null;
    if (!entry || stake === null || isUnderWay(entry) || entry.state.type === "placed") return null;
    return { gameId: entry.gameId, outcome: entry.outcome, stake, odds: entry.odds, accept };
  }

  sent(id: string, key: string): void {
    this.#change(id, (entry) => ({ ...entry, state: { type: "placing", key } }));
  }

  checking(key: string): void {
    this.#changeKey(key, (entry) => ({ ...entry, state: { type: "checking", key } }));
  }

  /** Shows an order that an earlier load of the page left undecided. */
  restore(order: Order, stakeText: string): void {
    const { gameId, outcome, odds } = order.bet;
    const state: EntryState = { type: "checking", key: order.key };
    const others = this.#entries.value.filter((entry) => entryId(entry) !== entryId(order.bet));
    this.#entries.value = [{ gameId, outcome, odds, stakeText, state }, ...others];
  }

  decided(key: string, decision: Decision): void {
    this.#changeKey(key, (entry) => ({ ...entry, state: stateAfter(decision, entry) }));
  }

  #change(id: string, change: (entry: SlipEntry) => SlipEntry): void {
    this.#entries.value = this.#entries.value.map((entry) => (entryId(entry) === id ? change(entry) : entry));
  }

  #changeKey(key: string, change: (entry: SlipEntry) => SlipEntry): void {
    this.#entries.value = this.#entries.value.map((entry) =>
      isUnderWay(entry) && entry.state.key === key ? change(entry) : entry,
    );
  }
}

/** True while the entry's order is with the servers: it cannot be changed or taken back. */
export function isUnderWay(
  entry: SlipEntry,
): entry is SlipEntry & { state: Extract<EntryState, { type: "placing" | "checking" }> } {
  return entry.state.type === "placing" || entry.state.type === "checking";
}

/**
 * The odds that the bettor must agree to before the entry can be sent, or null where none need agreement.
 *
 * @param current the odds now, null where the outcome is not offered
 * @param moves whether the stake moves its own odds: then those shown are for the smallest stake, and only the
 *   server says what this one gets
 */
export function oddsToAgree(
  entry: SlipEntry,
  current: number | null,
  accept: AcceptPolicy,
  moves = false,
): number | null {
  const told = entry.state.type === "moved" ? entry.state.currentOdds : null;
  // The stream may not have brought yet what the refusal told.
  const shown = moves && current !== null && current > entry.odds ? entry.odds : current;
  const now = shown !== null && shown !== entry.odds ? shown : (told ?? shown);
  if (now === null || now === entry.odds || accept === "any") return null;
  return accept === "better" && now > entry.odds ? null : now;
}

function stateAfter(decision: Decision, entry: SlipEntry): EntryState {
  switch (decision.type) {
    case "placed":
      return { type: "placed", bet: decision.bet };
    case "undecided":
      return entry.state;
    case "refused":
      return decision.problem.code === "odds_changed"
        ? { type: "moved", currentOdds: factNumber(decision.problem, "currentOdds") }
        : { type: "refused", problem: decision.problem };
    default:
      return decision satisfies never;
  }
}
