// Elections: RequestVote (§5.2, §5.4.1), PreVote (thesis §9.6), and the protection of a living leader (§4.2.3).
import type { NodeId, Term } from "../units.ts";
import { keepsLease, mayHaveForgottenLeader } from "./lease.ts";
import type { PreVote, PreVoteReply, RequestVote, RequestVoteReply } from "./messages.ts";
import { majority } from "./quorum.ts";
import { below } from "./random.ts";
import type { RaftState } from "./raft-state.ts";
import { becomeCandidate, becomeFollower, becomeLeader, becomePreCandidate, setVote } from "./roles.ts";

/** The election time-out has passed without word from a leader (§5.2). */
export function campaign(state: RaftState): void {
  if (!state.options.preVote) return startElection(state, false);
  becomePreCandidate(state);
  const { lastIndex, lastTerm } = state.log;
  for (const voter of state.voters) {
    if (voter === state.nodeId) continue;
    state.out.message(voter, {
      type: "PreVote",
      term: (state.currentTerm + 1) as Term,
      lastLogIndex: lastIndex,
      lastLogTerm: lastTerm,
    });
  }
  if (hasMajority(state)) startElection(state, false);
}

/**
 * The leader's process has gone, by all appearances: there is no need to wait for the time-out to say so. All who are
 * left notice at the same moment, so they take turns, in the order of their ids, each at a moment drawn within its own:
 * by then the one before has been elected, or cannot be. A word of the leader ends it.
 *
 * Appearances may deceive, as where only the connections broke. PreVote keeps that harmless: a leader that lives is not
 * deposed, as a majority of voters still hears it and refuses. Without PreVote the time-out has to do.
 */
export function loseLeader(state: RaftState, nodeId: NodeId): void {
  if (state.role !== "follower" || state.leader !== nodeId || !state.options.preVote) return;
  // It was promised more time than that.
  if (keepsLease(state)) return;
  const { lostLeaderTicks, random } = state.options;
  const turn = state.voters.filter((voter) => voter !== nodeId && voter < state.nodeId).length;
  state.campaignAt = state.ticks + 1 + 2 * turn * lostLeaderTicks + below(random, lostLeaderTicks);
}

/** §5.2: a new term, a vote for itself, and a request to every other voter. They leave once the vote is durable. */
export function startElection(state: RaftState, transfer: boolean): void {
  becomeCandidate(state, transfer);
  const { lastIndex, lastTerm } = state.log;
  for (const voter of state.voters) {
    if (voter === state.nodeId) continue;
    state.out.message(voter, {
      type: "RequestVote",
      term: state.currentTerm,
      lastLogIndex: lastIndex,
      lastLogTerm: lastTerm,
      transfer,
    });
  }
}

/** A candidate's vote for itself counts as any other: when it is on disk. */
export function countOwnVote(state: RaftState): void {
  if (state.role !== "candidate" || !state.out.hardStateDurable) return;
  state.votes.set(state.nodeId, true);
  if (hasMajority(state)) becomeLeader(state);
}

/**
 * Whether a campaign is to be ignored because a leader is known to be alive: otherwise a server that was removed,
 * or cannot hear the leader, would depose it again and again (thesis §4.2.3). A leader asked for the election itself
 * if the request says `transfer`.
 *
 * A voter does not speak for a leader whose process it has seen go: it would only hold up the others, until its own
 * time-out. Nothing rests on that but liveness (a vote is as safe early as late, §5.4), and where the leader lives
 * after all, it is protected by those voters that it still reaches, as long as they are a majority.
 */
export function protectsLeader(state: RaftState, message: PreVote | RequestVote): boolean {
  if (message.type === "RequestVote" && message.transfer) return false;
  if (mayHaveForgottenLeader(state)) return true;
  return (
    state.options.checkQuorum &&
    state.leader !== null &&
    state.campaignAt === undefined &&
    state.electionElapsed < state.options.electionTicks
  );
}

/** Thesis §9.6: would we vote for it? Nothing changes here, neither term nor vote nor timer. */
export function handlePreVote(state: RaftState, from: NodeId, message: PreVote): void {
  if (state.has("pre-vote-mutates-term") && message.term > state.currentTerm) {
    becomeFollower(state, message.term, null);
  }
  const couldVote = message.term > state.currentTerm || mayVoteFor(state, from);
  const granted =
    message.term >= state.currentTerm &&
    couldVote &&
    state.log.isUpToDate(message.lastLogIndex, message.lastLogTerm);
  // A refusal names our own term: a server that is behind must learn of it, or it would campaign for ever.
  const term = granted ? message.term : state.currentTerm;
  state.out.message(from, { type: "PreVoteReply", term, granted });
}

/** §5.2, §5.4.1: one vote a term, first come first served, and only for a log at least as good as ours. */
export function handleRequestVote(state: RaftState, from: NodeId, message: RequestVote): void {
  const upToDate =
    state.has("vote-for-stale-log") || state.log.isUpToDate(message.lastLogIndex, message.lastLogTerm);
  const granted = message.term === state.currentTerm && mayVoteFor(state, from) && upToDate;
  if (granted) {
    setVote(state, from);
    state.electionElapsed = 0;
  }
  state.out.message(from, { type: "RequestVoteReply", term: state.currentTerm, granted });
}

export function handlePreVoteReply(state: RaftState, from: NodeId, message: PreVoteReply): void {
  if (state.role !== "pre-candidate" || !message.granted || message.term !== state.currentTerm + 1) return;
  state.votes.set(from, true);
  if (hasMajority(state)) startElection(state, false);
}

export function handleRequestVoteReply(state: RaftState, from: NodeId, message: RequestVoteReply): void {
  if (state.role !== "candidate" || (!message.granted && !state.has("refusal-counted"))) return;
  if (message.term !== state.currentTerm && !state.has("old-vote-counted")) return;
  state.votes.set(from, true);
  if (hasMajority(state)) becomeLeader(state);
}

/** The leader thinks us fit to lead and asks for an election now (thesis §3.10). */
export function handleTimeoutNow(state: RaftState): void {
  if (state.role === "follower" && state.promotable) startElection(state, true);
}

function mayVoteFor(state: RaftState, candidate: NodeId): boolean {
  if (state.has("vote-given-twice")) return true;
  return state.votedFor === candidate || (state.votedFor === null && state.leader === null);
}

function hasMajority(state: RaftState): boolean {
  const all = state.voters;
  const granted = all.filter((voter) => state.votes.get(voter) === true).length;
  return granted >= majority(all.length);
}
