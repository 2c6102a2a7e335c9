// What clients saw, checked against what the log says. Each write carries a name of its own, so that one log that
// all nodes agree on (see `ClusterLog`) makes the check of linearizability exact and cheap: operations take
// effect in the order of their log indexes, and it remains to show that this order respects real time.

/** An operation that a client has begun; keep it and end it with `acknowledge` or `abandon`. */
export interface OpenOperation {
  readonly kind: "write" | "read";
  readonly name: string;
  /** The highest index that anybody had been told of when this operation began. */
  readonly floor: number;
}

export class HistoryViolation extends Error {}

export class History {
  #highestTold = 0;
  readonly #acknowledged = new Map<string, number>();
  readonly #refused = new Set<string>();
  readonly #open = new Set<OpenOperation>();

  /** A client begins an operation. A retry of a write that was left open has the same name. */
  begin(kind: OpenOperation["kind"], name: string): OpenOperation {
    const operation = { kind, name, floor: this.#highestTold };
    this.#open.add(operation);
    return operation;
  }

  /**
   * A client was told that its operation took effect at `index` (a read: that it saw the state at `index`).
   *
   * @throws HistoryViolation if the index contradicts an answer that was given before the operation began
   */
  acknowledge(operation: OpenOperation, index: number): void {
    this.#open.delete(operation);
    const { kind, name, floor } = operation;
    if (kind === "read") {
      // A read may share its index with the write it sees, not lie before it.
      if (index < floor) {
        throw new HistoryViolation(
          `stale read ${name}: saw index ${index}, but ${floor} was acknowledged before`,
        );
      }
    } else {
      const earlier = this.#acknowledged.get(name);
      if (earlier !== undefined && earlier !== index) {
        throw new HistoryViolation(`write ${name} acknowledged at index ${earlier}, then at ${index}`);
      }
      if (earlier === undefined && index <= floor && !this.#mayBeOlder(name)) {
        throw new HistoryViolation(
          `write ${name} took effect at index ${index}, but ${floor} was acknowledged before it began`,
        );
      }
      if (this.#refused.has(name)) throw new HistoryViolation(`write ${name} refused, then acknowledged`);
      this.#acknowledged.set(name, index);
    }
    this.#highestTold = Math.max(this.#highestTold, index);
  }

  /** The client learned that this attempt did nothing and will do nothing, and does not try again. */
  refuse(operation: OpenOperation): void {
    this.#open.delete(operation);
    if (operation.kind === "write" && !this.#mayBeOlder(operation.name)) this.#refused.add(operation.name);
  }

  /** The client was left without an answer: the write may have taken effect, or do so later. */
  abandon(operation: OpenOperation): void {
    this.#open.delete(operation);
    if (operation.kind === "write") this.#ambiguous.add(operation.name);
  }

  /** Writes whose first attempt got no answer: a retry may find them at an index older than its own beginning. */
  readonly #ambiguous = new Set<string>();

  /** Operations that have no end yet. */
  get openOperations(): number {
    return this.#open.size;
  }

  /** Writes acknowledged so far. */
  get acknowledged(): number {
    return this.#acknowledged.size;
  }

  /**
   * Compares the end of a run with the answers given on the way.
   *
   * @param applied for each log index in order, the name of the write applied there (undefined: none)
   * @throws HistoryViolation for a write acknowledged and lost, applied twice, refused and applied, or at another
   *   index than was said
   */
  checkAgainst(applied: Iterable<readonly [index: number, name: string]>): void {
    const effective = new Map<string, number>();
    for (const [index, name] of applied) {
      const first = effective.get(name);
      if (first !== undefined)
        throw new HistoryViolation(`write ${name} took effect at ${first} and at ${index}`);
      effective.set(name, index);
      if (this.#refused.has(name))
        throw new HistoryViolation(`write ${name} refused, but applied at ${index}`);
    }
    for (const [name, index] of this.#acknowledged) {
      const found = effective.get(name);
      if (found === undefined) throw new HistoryViolation(`write ${name}, acknowledged at ${index}, is lost`);
      if (found !== index) {
        throw new HistoryViolation(`write ${name}, acknowledged at ${index}, took effect at ${found}`);
      }
    }
  }

  #mayBeOlder(name: string): boolean {
    return this.#ambiguous.has(name);
  }
}
