// Raft as a deterministic function of its inputs: no clock, no disk, no socket, no Promise. All transitions happen
// inside one synchronous `step`, so that no message can be said in another term than it was decided in.
import type { LogIndex, NodeId, Term } from "../units.ts";
import { handleAppendEntries, acknowledgeDurable, refuseStaleAppend } from "./append-entries.ts";
import { advanceCommit } from "./commitment.ts";
import type { CoreOptions, RecoveredState } from "./core-options.ts";
import type { Effects, Input } from "./effects.ts";
import {
  countOwnVote,
  handlePreVote,
  handlePreVoteReply,
  handleRequestVote,
  handleRequestVoteReply,
  handleTimeoutNow,
  loseLeader,
  protectsLeader,
} from "./election.ts";
import type { Entry, SnapshotMeta } from "./entry.ts";
import { installSnapshot, noteSnapshotTaken } from "./install-snapshot.ts";
import { checkState, checkStep, type CoreView } from "./invariants.ts";
import { noteSpace } from "./low-space.ts";
import { raiseMachineVersion } from "./machine-version.ts";
import { changeMembership, dropRemovedMembers } from "./membership.ts";
import type { Message } from "./messages.ts";
import { handleForward, handleForwardRejected, propose } from "./propose.ts";
import type { LogView } from "./raft-log.ts";
import { type PlacedConfiguration, RaftState } from "./raft-state.ts";
import { advanceReads, askReadIndex, handleReadIndex, handleReadIndexReply } from "./read-index.ts";
import { handleAppendEntriesReply, handleSnapshotSent, handleUnreachable, replicate } from "./replication.ts";
import type { Role } from "./role.ts";
import { becomeFollower } from "./roles.ts";
import { proposeDigest } from "./state-digest.ts";
import { tick } from "./tick.ts";
import { advanceTransfer, beginTransfer } from "./transfer.ts";

export type { CoreOptions, RecoveredState } from "./core-options.ts";

export interface MemberStatus {
  readonly nodeId: NodeId;
  readonly address: string;
  readonly voter: boolean;
  /** On the leader only: how far the member's durable log is known to equal ours. */
  readonly matchIndex?: LogIndex;
  /** On the leader only: whether it has answered since the last quorum check, one election time-out ago at most. */
  readonly active?: boolean;
}

export interface CoreStatus {
  readonly role: Role;
  readonly term: Term;
  readonly leader: NodeId | null;
  readonly firstIndex: LogIndex;
  readonly lastIndex: LogIndex;
  readonly durableIndex: LogIndex;
  readonly commitIndex: LogIndex;
  readonly snapshotIndex: LogIndex;
  readonly members: readonly MemberStatus[];
}

export class RaftCore {
  readonly #state: RaftState;

  /** @throws RaftInvariantError if what storage recovered does not fit together */
  constructor(options: CoreOptions, recovered: RecoveredState) {
    this.#state = new RaftState(options, recovered);
    checkState(this.view());
  }

  /**
   * Takes one input and returns everything that follows from it, to be done in the order core/README.md gives.
   *
   * @throws RaftInvariantError if the safety argument is broken; the node must stop, and may not step again
   */
  step(input: Input): Effects {
    const state = this.#state;
    const before = this.view();
    state.monotonicMs = "monotonicMs" in input ? input.monotonicMs : undefined;
    const restore = this.#take(input);
    this.#follow();
    const committed = this.#deliver();
    state.log.pack(state.deliveredIndex);
    const after = this.view();
    checkStep(before, input, after);
    checkState(after);
    if (after.role !== before.role) {
      state.out.event({ type: "RoleChanged", role: after.role, term: after.currentTerm });
    }
    if (
      after.leader !== before.leader ||
      (after.leader !== null && after.currentTerm !== before.currentTerm)
    ) {
      state.out.event({ type: "LeaderChanged", leader: after.leader, term: after.currentTerm });
    }
    return state.out.finish(state.currentTerm, state.log.lastIndex, state.ticks, committed, restore);
  }

  /** Who leads as far as this node knows. */
  get leader(): NodeId | null {
    return this.#state.leader;
  }

  status(): CoreStatus {
    const { role, currentTerm: term, leader, log, out, commitIndex, snapshot, configuration } = this.#state;
    return {
      role,
      term,
      leader,
      firstIndex: (log.base.index + 1) as LogIndex,
      lastIndex: log.lastIndex,
      durableIndex: out.durableIndex,
      commitIndex,
      snapshotIndex: snapshot?.index ?? (0 as LogIndex),
      members: configuration.members.map((member) => this.#memberStatus(member)),
    };
  }

  /** The state as numbers, for checks. */
  view(): CoreView {
    const state = this.#state;
    return {
      currentTerm: state.currentTerm,
      votedFor: state.votedFor,
      role: state.role,
      leader: state.leader,
      baseIndex: state.log.base.index,
      snapshotIndex: state.snapshot?.index ?? (0 as LogIndex),
      deliveredIndex: state.deliveredIndex,
      commitIndex: state.commitIndex,
      durableIndex: state.out.durableIndex,
      lastIndex: state.log.lastIndex,
    };
  }

  /** The log as it stands in memory, for checks. */
  get log(): LogView {
    return this.#state.log;
  }

  /**
   * The configuration in force behind `index`: what a snapshot there names. Before the latest snapshot nothing is
   * known any more, nor needed: the answer there is that snapshot's.
   */
  configurationAt(index: LogIndex): PlacedConfiguration {
    const oldest = this.#state.snapshot?.index ?? (0 as LogIndex);
    return this.#state.configurationAt(Math.max(index, oldest) as LogIndex);
  }

  #take(input: Input): SnapshotMeta | undefined {
    const state = this.#state;
    switch (input.type) {
      case "tick":
        tick(state);
        return undefined;
      case "message":
        this.#receive(input);
        return undefined;
      case "propose":
        propose(state, input);
        return undefined;
      case "readIndex":
        askReadIndex(state, input.id);
        return undefined;
      case "persisted":
        state.out.persisted(input.opId, state.currentTerm, state.log.lastIndex);
        countOwnVote(state);
        acknowledgeDurable(state);
        return undefined;
      case "snapshotReceived":
        return installSnapshot(state, input) ? input.snapshot : undefined;
      case "snapshotSent":
        handleSnapshotSent(state, input.to, input.index, input.ok);
        return undefined;
      case "snapshotTaken":
        noteSnapshotTaken(state, input);
        return undefined;
      case "changeMembership":
        changeMembership(state, input);
        return undefined;
      case "raiseVersion":
        raiseMachineVersion(state, input);
        return undefined;
      case "proposeDigest":
        proposeDigest(state, input);
        return undefined;
      case "transfer":
        beginTransfer(state, input.to);
        return undefined;
      case "space":
        noteSpace(state, input.low);
        return undefined;
      case "unreachable":
        handleUnreachable(state, input.nodeId);
        return undefined;
      case "gone":
        loseLeader(state, input.nodeId);
        return undefined;
      default:
        return input satisfies never;
    }
  }

  #receive({ from, message, now }: Extract<Input, { type: "message" }>): void {
    const state = this.#state;
    if (message.type === "PreVote" || message.type === "RequestVote") {
      if (message.term > state.currentTerm && protectsLeader(state, message)) return;
    }
    // §5.1: a higher term is taken over, except from PreVote, which speaks of a term that nobody is in yet.
    const hypothetical = message.type === "PreVote" || (message.type === "PreVoteReply" && message.granted);
    if (message.term > state.currentTerm && !hypothetical) {
      becomeFollower(state, message.term, message.type === "AppendEntries" ? from : null);
    }
    this.#dispatch(from, message, now);
  }

  #dispatch(from: NodeId, message: Message, now: Entry["at"]): void {
    const state = this.#state;
    const stale = message.term < state.currentTerm;
    switch (message.type) {
      case "PreVote":
        return handlePreVote(state, from, message);
      case "RequestVote":
        return handleRequestVote(state, from, message);
      case "AppendEntries":
        return stale && !state.has("old-append-taken")
          ? refuseStaleAppend(state, from, message)
          : handleAppendEntries(state, from, message);
      // An answer to a read stands whatever the term is by now.
      case "ReadIndexReply":
        return handleReadIndexReply(state, message);
      // It says which term it speaks of.
      case "ForwardRejected":
        return handleForwardRejected(state, message);
      case "PreVoteReply":
        return handlePreVoteReply(state, from, message);
      case "RequestVoteReply":
        return stale && !state.has("old-vote-counted")
          ? undefined
          : handleRequestVoteReply(state, from, message);
      case "AppendEntriesReply":
        return stale ? undefined : handleAppendEntriesReply(state, from, message);
      case "Forward":
        return stale ? undefined : handleForward(state, from, message, now);
      case "ReadIndex":
        return stale ? undefined : handleReadIndex(state, from, message);
      case "TimeoutNow":
        return stale ? undefined : handleTimeoutNow(state);
      default:
        return message satisfies never;
    }
  }

  /** What follows from whatever has changed, for a leader: commit, reads, transfer, replication. */
  #follow(): void {
    const state = this.#state;
    if (state.role !== "leader") return;
    advanceCommit(state);
    advanceReads(state);
    advanceTransfer(state);
    replicate(state);
    dropRemovedMembers(state);
  }

  /** Committed and durable here, in order, once. */
  #deliver(): Entry[] {
    const state = this.#state;
    const through = Math.min(state.commitIndex, state.out.durableIndex) as LogIndex;
    if (through <= state.deliveredIndex) return [];
    const entries = state.log.slice((state.deliveredIndex + 1) as LogIndex, through);
    state.deliveredIndex = through;
    return entries;
  }

  #memberStatus(member: { nodeId: NodeId; address: string; voter: boolean }): MemberStatus {
    const state = this.#state;
    if (state.role !== "leader") return member;
    if (member.nodeId === state.nodeId)
      return { ...member, matchIndex: state.out.durableIndex, active: true };
    const progress = state.progress.get(member.nodeId);
    return progress ? { ...member, matchIndex: progress.matchIndex, active: progress.active } : member;
  }
}
