// Bets that are being sold back: what the house offers, and what became of a sale. A sale is sent with one idempotency
// key until it is decided. Nothing of it is stored: a bet can be sold once, and the list of bets says whether it was.
import { type ReadonlySignal, signal } from "@preact/signals";
import {
  type Answer,
  type CashedOut,
  type CashOutQuote,
  type DecisionPorts,
  factNumber,
  type Problem,
  untilDecided,
} from "@quorumbook/client";

export type CashOutState =
  | { readonly type: "asking" }
  /** `key` and `problem` are of a sale at this price that may have happened: the next attempt finds out. */
  | { readonly type: "offered"; readonly price: number; readonly key?: string; readonly problem?: Problem }
  /** `isChecking` once an answer is overdue and is asked for again. */
  | { readonly type: "selling"; readonly price: number; readonly isChecking: boolean }
  | { readonly type: "moved"; readonly from: number; readonly to: number }
  | { readonly type: "refused"; readonly problem: Problem };

export interface CashOutPorts extends DecisionPorts {
  quote(betId: number): Promise<Answer<CashOutQuote>>;
  /** One attempt, at exactly this price. */
  sell(betId: number, price: number, key: string): Promise<Answer<CashedOut>>;
  newKey(): string;
}

export class CashOutDesk {
  readonly #ports: CashOutPorts;
  readonly #states = signal<ReadonlyMap<number, CashOutState>>(new Map());
  /** Grows when the user changes: what was asked for before is nobody's any more. */
  #era = 0;
  /** Takes a sale that was accepted, as of that log index. */
  onSold: (sold: CashedOut, asOf: number) => void = () => undefined;

  constructor(ports: CashOutPorts) {
    this.#ports = ports;
  }

  get states(): ReadonlySignal<ReadonlyMap<number, CashOutState>> {
    return this.#states;
  }

  /** Asks what the bet can be sold for now. */
  async ask(betId: number): Promise<void> {
    const era = this.#era;
    this.#become(betId, { type: "asking" });
    const answer = await this.#ports.quote(betId);
    if (era !== this.#era || this.#states.peek().get(betId)?.type !== "asking") return;
    this.#become(
      betId,
      answer.ok
        ? { type: "offered", price: answer.value.price }
        : { type: "refused", problem: answer.problem },
    );
  }

  /** Sells the bet at the price that is offered, or that it has moved to; for no other. */
  async sell(betId: number): Promise<void> {
    const state = this.#states.peek().get(betId);
    if (state?.type !== "offered" && state?.type !== "moved") return;
    const price = state.type === "offered" ? state.price : state.to;
    const earlier = state.type === "offered" ? state.key : undefined;
    const key = earlier ?? this.#ports.newKey();
    const era = this.#era;
    this.#become(betId, { type: "selling", price, isChecking: false });
    const decision = await untilDecided(() => this.#ports.sell(betId, price, key), this.#ports, {
      mayHaveHappened: earlier !== undefined,
      goOn: () => {
        if (era !== this.#era) return false;
        this.#become(betId, { type: "selling", price, isChecking: true });
        return true;
      },
    });
    if (era !== this.#era) return;
    if (decision.type === "accepted") {
      this.dismiss(betId);
      this.onSold(decision.value, decision.index);
    } else if (decision.type === "undecided") {
      this.#become(betId, { type: "offered", price, key, problem: decision.problem });
    } else {
      this.#become(betId, afterRefusal(price, decision.problem));
    }
  }

  /** The bettor keeps the bet. */
  dismiss(betId: number): void {
    const states = new Map(this.#states.peek());
    states.delete(betId);
    this.#states.value = states;
  }

  clear(): void {
    this.#era += 1;
    this.#states.value = new Map();
  }

  #become(betId: number, state: CashOutState): void {
    this.#states.value = new Map(this.#states.peek()).set(betId, state);
  }
}

function afterRefusal(price: number, problem: Problem): CashOutState {
  const to = problem.code === "price_changed" ? factNumber(problem, "currentPrice") : null;
  return to === null ? { type: "refused", problem } : { type: "moved", from: price, to };
}
