// Deliberate bugs, switched on by name in test builds only, so that `npm run sim:mutants` can show that the
// simulator finds each. The default, an empty set, is the correct program.

/** Deliberate bugs that the simulator finds, each within a budget of seeds. */
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
  /** A term learned from others is not written; only one's own candidacies and votes are (§5.1). */
  "term-not-persisted",
  /** Term and vote are written, but the vote is sent before that is done (§5.1). */
  "vote-before-sync",
  /** A second candidate of a term gets a vote as well (§5.2). */
  "vote-given-twice",
  /** A refused vote counts (§5.2). */
  "refusal-counted",
  /** A vote for an earlier candidacy counts for the present one (§5.2). */
  "old-vote-counted",
  /** Entries of a deposed leader are taken (§5.1). */
  "old-append-taken",
  /** The leader takes what it has sent for acknowledged (§5.3). */
  "leader-counts-sent",
  /** A follower commits its own tail up to the leader's commit index, verified or not (Figure 2, rule 5). */
  "commit-unverified-tail",
  /** Two of four are taken for a majority. */
  "half-is-a-majority",
  /** A learner's copy counts toward commitment (thesis §4.2.1). */
  "learner-counted",
  /** A configuration is in force once committed rather than once appended (§6). */
  "configuration-at-commit",
  /** A configuration stays in force though its entry was cut off (§6). */
  "cut-configuration-kept",
  /** A membership change does not wait for the leader's own commit (the bug of 2015). */
  "change-before-own-commit",
  /** A membership change does not wait for the one before it (thesis §4.1). */
  "two-changes-at-once",
  /** A leader goes on though its removal is committed (thesis §4.2.2). */
  "removed-leader-stays",
  /** A log that contradicts a received snapshot is kept (Figure 13, rule 7). */
  "snapshot-keeps-conflict",
  /** A received snapshot deletes what follows it in a log that agrees with it (Figure 13, rule 6). */
  "snapshot-drops-suffix",
  /** A snapshot says that it ends one entry before it does. */
  "snapshot-named-early",
  /** The log is cut before the snapshot that stands for it is durable (§7). */
  "compact-before-snapshot",
  /** A snapshot is encoded from the machine as it is by then. */
  "snapshot-not-isolated",
  /** A read is confirmed by answers to a round that began before it (thesis §6.4). */
  "read-in-old-round",
  /** A read is served before its index is applied here (thesis §6.4). */
  "read-before-apply",
  /** A command without an answer is reported as without effect. */
  "unknown-called-refused",
  /** A process proposes under the session of the one before it. */
  "session-reused",
  /** The leader's clock is passed on as it is, back and forth. */
  "time-goes-back",
  /** A node whose disk was lost is let in under its old name. */
  "incarnation-ignored",
  /** A sync that failed is taken for done. */
  "sync-error-ignored",
  /** A file with damage in it is removed, and the node starts with the rest. */
  "damaged-file-dropped",
  /** The machine looks at its own clock. */
  "machine-reads-clock",
] as const;

/** Bugs that take a configuration which the simulator does not draw: a unit test of each feature finds each of these. */
export const SCRIPTED_MUTANTS = [
  /** The machine's version is raised without asking whether every member's program knows it. */
  "version-raised-unasked",
  /** A lease is relied upon although the leader has asked another to campaign. */
  "lease-outlives-transfer",
  /** A voter that was restarted votes at once, though it may have heard a leader just before. */
  "lease-forgotten-on-restart",
  /** A leader takes commands although its disk is nearly full. */
  "low-space-ignored",
  /** The first record that cannot be read is taken for the end of the log, wherever it is. */
  "torn-tail-trusted",
  /** Nothing beside the log is asked where it ended. */
  "mark-ignored",
  /** A node without its log begins a new one. */
  "lost-log-begun-anew",
] as const;

/** A deliberate bug. None is on in a real node. */
export type Mutant = (typeof MUTANTS)[number] | (typeof SCRIPTED_MUTANTS)[number];
