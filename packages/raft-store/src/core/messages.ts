// What the cores of a cluster say to one another: Figure 2's RPCs, requests and replies, and the thesis's
// extensions. The transport vouches for the sender, so a message does not name it (`leaderId`, `candidateId`
// of the paper are the `from` it is delivered with).
import type { LogIndex, Term } from "../units.ts";
import type { Entry } from "./entry.ts";

/** Asks "would you vote for me in `term`?" without changing anybody's state (thesis §9.6). */
export interface PreVote {
  readonly type: "PreVote";
  /** The term the sender would campaign in: its own plus one. */
  readonly term: Term;
  readonly lastLogIndex: LogIndex;
  readonly lastLogTerm: Term;
}

export interface PreVoteReply {
  readonly type: "PreVoteReply";
  /** If granted, the term that was asked about; if not, the voter's own term. */
  readonly term: Term;
  readonly granted: boolean;
}

/** §5.2, §5.4.1 */
export interface RequestVote {
  readonly type: "RequestVote";
  readonly term: Term;
  readonly lastLogIndex: LogIndex;
  readonly lastLogTerm: Term;
  /** The old leader asked for this election, so voters need not protect it (thesis §3.10, §4.2.3). */
  readonly transfer: boolean;
}

export interface RequestVoteReply {
  readonly type: "RequestVoteReply";
  readonly term: Term;
  readonly granted: boolean;
}

/** §5.3. With no entries it is the heartbeat, and carries the commit index and read rounds all the same. */
export interface AppendEntries {
  readonly type: "AppendEntries";
  readonly term: Term;
  readonly prevLogIndex: LogIndex;
  readonly prevLogTerm: Term;
  readonly leaderCommit: LogIndex;
  /** The leader's latest heartbeat round, made by it alone and only growing; the reply echoes it (thesis §6.4). */
  readonly round: number;
  readonly entries: readonly Entry[];
}

export interface AppendEntriesReply {
  readonly type: "AppendEntriesReply";
  readonly term: Term;
  readonly success: boolean;
  /** The highest `round` seen from this leader. */
  readonly round: number;
  /** On success: everything up to here equals the leader's log and is durable. Otherwise 0. */
  readonly matchIndex: LogIndex;
  /** On refusal: the `prevLogIndex` refused. Otherwise 0. */
  readonly rejectedIndex: LogIndex;
  /** On refusal: the highest index at which the logs may agree, and its term here (§5.3, "optimized to reduce"). */
  readonly hintIndex: LogIndex;
  readonly hintTerm: Term;
  /** The newest version of the machine that the sender's program can be. */
  readonly machineVersion: number;
  /** The sender keeps what a lease of the leader's rests on (lease.ts). */
  readonly keepsLease: boolean;
  /** The sender's disk is nearly full: it should not lead. */
  readonly lowSpace: boolean;
}

/** One command on its way to the log. */
export interface Proposal {
  readonly seq: number;
  readonly data: Uint8Array;
}

/** A follower hands its proposals to the leader of exactly `term`; anybody else ignores it. */
export interface Forward {
  readonly type: "Forward";
  readonly term: Term;
  readonly session: number;
  /** Every seq below this is settled at the proposer and will not be sent again. */
  readonly settledBelow: number;
  readonly proposals: readonly Proposal[];
}

export type ForwardRejectedReason = "overloaded" | "transferring" | "low-space";

/** The leader of `term` did not append these and never will in that term. */
export interface ForwardRejected {
  readonly type: "ForwardRejected";
  readonly term: Term;
  readonly session: number;
  readonly seqs: readonly number[];
  readonly reason: ForwardRejectedReason;
}

/** A follower asks the leader for a linearizable read point (thesis §6.4). */
export interface ReadIndex {
  readonly type: "ReadIndex";
  readonly term: Term;
  /** The asking process and its number for the question, so that an answer to an earlier process is not taken. */
  readonly session: number;
  readonly request: number;
}

export interface ReadIndexReply {
  readonly type: "ReadIndexReply";
  readonly term: Term;
  readonly session: number;
  readonly request: number;
  readonly index: LogIndex;
}

/** Tells a caught-up follower to campaign at once (thesis §3.10). */
export interface TimeoutNow {
  readonly type: "TimeoutNow";
  readonly term: Term;
}

export type Message =
  | PreVote
  | PreVoteReply
  | RequestVote
  | RequestVoteReply
  | AppendEntries
  | AppendEntriesReply
  | Forward
  | ForwardRejected
  | ReadIndex
  | ReadIndexReply
  | TimeoutNow;
