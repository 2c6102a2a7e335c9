import type { NodeId } from "../units.ts";

/** A clock that was not heard of for so long says nothing any more. */
const FRESH_MS = 10_000;

interface Heard {
  /** Its wall clock minus our monotonic one, both at the moment of hearing: late by the way here, never early. */
  readonly offsetMs: number;
  readonly atMs: number;
}

/**
 * The time that this node stamps: its own clock, as long as that is within a bound of the middle one of the clocks of all
 * voters that it hears of, its own among them; otherwise the bound. So one clock that is wrong, be it by years, moves the
 * log's time by the bound at most, whoever leads. Of two clocks that differ the earlier one is taken for right: time that
 * was stamped cannot be taken back.
 */
export class ClusterTime {
  readonly #skewMsMax: number;
  readonly #heard = new Map<NodeId, Heard>();

  /** @param skewMsMax the bound; 0 leaves the own clock as it is */
  constructor(skewMsMax: number) {
    this.#skewMsMax = skewMsMax;
  }

  /** A voter said what its wall clock shows. */
  heard(from: NodeId, wallMs: number, monotonicMs: number): void {
    this.#heard.set(from, { offsetMs: wallMs - monotonicMs, atMs: monotonicMs });
  }

  /**
   * @param ownMs the own wall clock
   * @param voters others that vote; whoever does not has no say in the time
   * @returns what to stamp now
   */
  now(ownMs: number, monotonicMs: number, voters: Iterable<NodeId>): number {
    const off = this.offsetMs(ownMs, monotonicMs, voters);
    if (Math.abs(off) <= this.#skewMsMax) return ownMs;
    return Math.floor(ownMs - off + Math.sign(off) * this.#skewMsMax);
  }

  /** The own clock minus the middle one; 0 where nobody else is heard of, or there is no bound. */
  offsetMs(ownMs: number, monotonicMs: number, voters: Iterable<NodeId>): number {
    if (this.#skewMsMax === 0) return 0;
    const clocks = [ownMs];
    for (const voter of voters) {
      const heard = this.#heard.get(voter);
      if (heard !== undefined && monotonicMs - heard.atMs < FRESH_MS)
        clocks.push(heard.offsetMs + monotonicMs);
    }
    clocks.sort((a, b) => a - b);
    return ownMs - (clocks[(clocks.length - 1) >> 1] ?? ownMs);
  }
}
