// Bets on their way. An order is sent with one idempotency key until it is decided, whatever breaks meanwhile: a
// repeat either finds out what became of it or places it, never both. Orders outlive a reload in the tab's storage.
import {
  type Answer,
  type Bet,
  type BetOrder,
  type BetPlaced,
  type Problem,
  untilDecided,
} from "@quorumbook/client";

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
    const decision = await untilDecided(() => this.#ports.send(order), this.#ports, {
      mayHaveHappened,
      goOn: () => {
        this.onChecking(order.key);
        return this.#open.has(order.key);
      },
    });
    if (decision.type === "undecided") return { type: "undecided" };
    if (decision.type === "refused") return decision;
    return { type: "placed", bet: decision.value.bet, placed: decision.value };
  }

  #save(orders: readonly Order[]): void {
    this.#stored = orders;
    this.#ports.storage.save(orders);
  }
}
