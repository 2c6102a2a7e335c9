// Bets on their way. An order is sent with one idempotency key until it is decided, whatever breaks meanwhile: a
// repeat either finds out what became of it or places it, never both. Orders outlive a reload in the tab's storage.
import { type Problem, isSafeToRetry, leavesOutcomeOpen } from "../api/problem.ts";
import { type Answer, retryPause } from "../api/http.ts";
import type { Bet, BetOrder, BetPlaced } from "../api/types.ts";

export interface Order {
  /** Idempotency key. */
  readonly key: string;
  readonly userId: string;
  /** When it was first sent, in local milliseconds. */
  readonly sentAt: number;
  readonly bet: BetOrder;
}

export type Decision =
  /** `placed` is the answer to the request, absent where the personal stream told of the bet first. */
  | { readonly type: "placed"; readonly bet: Bet; readonly placed?: BetPlaced }
  | { readonly type: "refused"; readonly problem: Problem }
  /** Not to be found out now: signed out meanwhile. It stays stored. */
  | { readonly type: "undecided" };

export interface OrderPorts {
  send(order: Order): Promise<Answer<BetPlaced>>;
  /** Resolves after so many milliseconds, or earlier when the connection comes back. */
  wait(milliseconds: number): Promise<void>;
  readonly storage: { load(): readonly Order[]; save(orders: readonly Order[]): void };
  newKey(): string;
  now(): number;
  random(): number;
}

/** A cluster that elects takes a second or two; after so many safe refusals the bettor decides. */
const SAFE_RETRIES = 8;
const PAUSE_MS = 300;
const PAUSE_MS_MAX = 5_000;
/**
 * A stored order that is older is not sent again. The servers remember a refusal for an hour; far below that, a
 * repeat cannot place what was refused before, nor surprise a bettor who has long gone on.
 */
const RESUME_WITHIN_MS = 10 * 60_000;

export class OrderDesk {
  readonly #ports: OrderPorts;
  readonly #open = new Map<string, { order: Order; decide: (decision: Decision) => void }>();
  #stored: readonly Order[];
  /** Called when an order's answer is overdue and is being asked for again. */
  onChecking: (key: string) => void = () => undefined;

  constructor(ports: OrderPorts) {
    this.#ports = ports;
    const oldest = ports.now() - RESUME_WITHIN_MS;
    this.#stored = ports.storage.load().filter((order) => order.sentAt >= oldest);
  }

  /** Makes the order and sends it until it is decided. */
  place(userId: string, bet: BetOrder): { key: string; decision: Promise<Decision> } {
    const order: Order = { key: this.#ports.newKey(), userId, sentAt: this.#ports.now(), bet };
    this.#save([...this.#stored, order]);
    return { key: order.key, decision: this.#pursue(order, false) };
  }

  /** Orders of this user that an earlier load of the page left undecided, now being asked for again. */
  resume(userId: string): { order: Order; decision: Promise<Decision> }[] {
    return this.#stored
      .filter((order) => order.userId === userId && !this.#open.has(order.key))
      .map((order) => ({ order, decision: this.#pursue(order, true) }));
  }

  /** The personal stream told of the bet before the request was answered. */
  confirmed(key: string, bet: Bet): void {
    this.#open.get(key)?.decide({ type: "placed", bet });
  }

  async #pursue(order: Order, mayHaveHappened: boolean): Promise<Decision> {
    const { promise, resolve } = Promise.withResolvers<Decision>();
    this.#open.set(order.key, { order, decide: resolve });
    void this.#sendUntilDecided(order, mayHaveHappened).then(resolve);
    const decision = await promise;
    this.#open.delete(order.key);
    if (decision.type !== "undecided") this.#save(this.#stored.filter((stored) => stored.key !== order.key));
    return decision;
  }

  async #sendUntilDecided(order: Order, mayHaveHappened: boolean): Promise<Decision> {
    let open = mayHaveHappened;
    let safeRefusals = 0;
    for (let pause = PAUSE_MS; ; pause = Math.min(pause * 2, PAUSE_MS_MAX)) {
      const answer = await this.#ports.send(order);
      if (answer.ok) return { type: "placed", bet: answer.value.bet, placed: answer.value };
      const problem = answer.problem;
      open ||= leavesOutcomeOpen(problem);
      // "Did nothing" speaks of this attempt alone: an earlier one that got no answer may still take effect.
      const didNothing = isSafeToRetry(problem) || problem.code === "rate_limited";
      if (problem.code === "unauthenticated" && open) return { type: "undecided" };
      if (!leavesOutcomeOpen(problem) && !didNothing) return { type: "refused", problem };
      if (!open && ++safeRefusals > SAFE_RETRIES) return { type: "refused", problem };
      this.onChecking(order.key);
      await this.#ports.wait(retryPause(pause, this.#ports.random(), problem.retryAfter));
      if (!this.#open.has(order.key)) return { type: "undecided" };
    }
  }

  #save(orders: readonly Order[]): void {
    this.#stored = orders;
    this.#ports.storage.save(orders);
  }
}
