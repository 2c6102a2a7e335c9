import { decodeStateDigest, type StateDigest } from "../core/state-digest.ts";
import { RaftError } from "../errors.ts";
import type { LogIndex } from "../units.ts";

/** Digests kept for comparison. The leader's comes within a round trip; a few cover a leader that changes. */
const KEPT = 8;

/**
 * This replica's digests at the multiples of an index, and what the leader says they are. The multiples are what makes it
 * possible to compare: by the time that the leader's digest arrives the machine has gone on.
 */
export class DigestChecks {
  readonly #everyEntries: number;
  readonly #digestNow: () => Uint8Array | string;
  #kept: StateDigest[] = [];

  /** @param everyEntries a digest is taken at each multiple of this log index */
  constructor(everyEntries: number, digestNow: () => Uint8Array | string) {
    this.#everyEntries = everyEntries;
    this.#digestNow = digestNow;
  }

  /** The machine has applied everything up to `index`. Returns the digest if one is taken here. */
  reached(index: LogIndex): StateDigest | undefined {
    if (index % this.#everyEntries !== 0) return undefined;
    const now = this.#digestNow();
    const digest = typeof now === "string" ? new TextEncoder().encode(now) : now.slice();
    const taken = { index, digest };
    this.#kept.push(taken);
    if (this.#kept.length > KEPT) this.#kept.shift();
    return taken;
  }

  /** The machine was put in another state: what was noted before has nothing to do with how it came there. */
  restored(): void {
    this.#kept = [];
  }

  /**
   * A `digest` entry is applied. One of an index at which this replica took none (it was restored behind it) says nothing.
   *
   * @throws RaftError `RAFT_STATE_DIVERGED`
   */
  check(data: Uint8Array): void {
    const { index, digest } = decodeStateDigest(data);
    const own = this.#kept.find((kept) => kept.index === index);
    if (own === undefined || sameBytes(own.digest, digest)) return;
    throw new RaftError(
      "RAFT_STATE_DIVERGED",
      `behind entry ${index} the leader's state had the digest ${readable(digest)}, this node's ` +
        `${readable(own.digest)}: one of them applied the same log differently. Compare the digests that the other ` +
        "members report; give the one that is alone a new data directory and let it join anew",
    );
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Text if it is text, as most digests are; hexadecimal otherwise. */
function readable(digest: Uint8Array): string {
  const text = new TextDecoder().decode(digest);
  return /^[\x21-\x7e]+$/.test(text) ? text : Buffer.from(digest).toString("hex");
}
