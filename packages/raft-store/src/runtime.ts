/**
 * Where time and chance come from. The driver, the storage and the transport know no other source, so that a
 * simulator can put a virtual clock and a seeded generator in their place and replay a run to the letter.
 */

export interface Clock {
  /** Milliseconds since an arbitrary start, with fractions; never goes back. For durations and deadlines. */
  monotonicMs(): number;
  /** Milliseconds since the Unix epoch, whole. May jump; only stamps of proposals, and reports to the others, read it. */
  wallMs(): number;
}

/** A timer that has not fired yet. */
export interface Timer {
  /** The callback will not be called. Cancelling twice, or after it fired, does nothing. */
  cancel(): void;
}

export interface Scheduler {
  /** Calls `callback` once, no earlier than `delayMs` from now. */
  after(delayMs: number, callback: () => void): Timer;
  /**
   * Calls `callback` once the inputs that are ready now have been taken in (`setImmediate` in Node.js). Callbacks
   * run in the order in which they were given. This is what makes batches: everything that arrives in one turn
   * of the event loop shares one step, one write and one frame.
   */
  endOfTurn(callback: () => void): void;
}

export interface Random {
  /** A whole number in [0, 2³²), uniform. */
  uint32(): number;
}

export interface Runtime {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly random: Random;
}
