// Deliberate bugs, switched on by name in test builds only, so that `npm run sim:mutants` can show that the
// simulator finds each. The default, an empty set, is the correct program.

export const MUTANTS = [
  /** Term and vote are not written before the vote is given (§5.1). */
  "vote-not-persisted",
  /** A follower acknowledges entries before its sync (§5.3). */
  "ack-before-sync",
  /** The leader counts its own copy before its sync. */
  "leader-counts-unsynced",
  /** An entry of an earlier term is committed by counting replicas (§5.4.2, Figure 8). */
  "commit-older-term-by-counting",
  /** AppendEntries skips the consistency check (§5.3). */
  "no-log-matching-check",
  /** A shorter append deletes the entries behind it. */
  "truncate-on-shorter-append",
  /** An append acknowledges the whole log rather than what it verified. */
  "ack-unverified-tail",
  /** A vote is given to a candidate with an older log (§5.4.1). */
  "vote-for-stale-log",
  /** The vote is forgotten on stepping down within a term. */
  "vote-cleared-in-term",
  /** PreVote raises the voter's term and clears its vote. */
  "pre-vote-mutates-term",
  /** A read is answered without a round of heartbeats (thesis §6.4). */
  "read-without-round",
  /** A read is answered before the leader has committed in its own term (thesis §6.4). */
  "read-without-own-commit",
  /** The completion of a write stabilises entries that were put in its place later. */
  "stale-completion",
  /** A received snapshot is installed over a newer commit. */
  "snapshot-over-commit",
  /** A forwarded command that arrives twice is appended twice. */
  "forward-not-deduplicated",
  /** A proposal is sent again before its first copy is known to be dropped. */
  "resubmit-too-early",
  /** Membership changes do not wait for the leader's own commit, nor for one another (thesis §4.1, corrected 2015). */
  "membership-unguarded",
  /** Storage reports a write durable without a sync. */
  "no-sync",
  /** A rename is taken for durable without a sync of its directory. */
  "no-directory-sync",
] as const;

export type Mutant = (typeof MUTANTS)[number];
