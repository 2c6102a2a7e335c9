/** Deadlines are kept to this many milliseconds, so that ten thousand waiting calls cost no ten thousand timers. */
const GRAIN_MS = 20;

/** Things that expire, in buckets of one grain. Adding and removing cost the same however many there are. */
export class Deadlines<T> {
  readonly #buckets = new Map<number, Set<T>>();
  /** The first bucket that may hold something. */
  #first = Number.POSITIVE_INFINITY;

  /** Returns the ticket by which it is removed. */
  add(item: T, atMs: number): number {
    const ticket = Math.ceil(atMs / GRAIN_MS);
    const bucket = this.#buckets.get(ticket);
    if (bucket === undefined) this.#buckets.set(ticket, new Set([item]));
    else bucket.add(item);
    this.#first = Math.min(this.#first, ticket);
    return ticket;
  }

  remove(item: T, ticket: number): void {
    const bucket = this.#buckets.get(ticket);
    if (bucket?.delete(item) === true && bucket.size === 0) this.#buckets.delete(ticket);
  }

  /** Removes and returns what has expired by now, earliest first. */
  expire(nowMs: number): T[] {
    const due = Math.floor(nowMs / GRAIN_MS);
    if (this.#first > due) return [];
    const tickets = [...this.#buckets.keys()].filter((ticket) => ticket <= due).sort((a, b) => a - b);
    const expired = tickets.flatMap((ticket) => [...(this.#buckets.get(ticket) as Set<T>)]);
    for (const ticket of tickets) this.#buckets.delete(ticket);
    this.#first = Math.min(...this.#buckets.keys());
    return expired;
  }
}
