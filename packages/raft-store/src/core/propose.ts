// Commands on their way into the log: appended by the leader, forwarded by everybody else.
import type { LogIndex, NodeId, UnixMillis } from "../units.ts";
import type { Input } from "./effects.ts";
import type { Entry } from "./entry.ts";
import type { Forward, ForwardRejected, ForwardRejectedReason, Proposal } from "./messages.ts";
import type { RaftState } from "./raft-state.ts";
import { appendOwn } from "./roles.ts";
import { SeenSeqs } from "./seen-seqs.ts";

/** This process proposes. See `proposals.ts` for what `sent` and `refused` mean to it. */
export function propose(state: RaftState, input: Extract<Input, { type: "propose" }>): void {
  const { proposals, settledBelow, now, resendIn } = input;
  if (resendIn !== undefined && resendIn !== state.currentTerm) return;
  const term = state.currentTerm;
  const { session } = state.options;
  if (state.role === "leader") {
    const { taken, refused, reason } = take(state, session, settledBelow, proposals, now);
    for (const seq of taken) state.out.proposal({ seq, outcome: "sent", term });
    for (const seq of refused) state.out.proposal({ seq, outcome: "refused", term, reason });
  } else if (state.leader !== null) {
    state.out.message(state.leader, { type: "Forward", term, session, settledBelow, proposals });
    for (const { seq } of proposals) state.out.proposal({ seq, outcome: "sent", term });
  } else if (resendIn === undefined) {
    for (const { seq } of proposals) {
      state.out.proposal({ seq, outcome: "refused", term, reason: "no-leader" });
    }
  }
}

/**
 * A follower's commands. Only the leader of exactly the term they were sent in takes them or refuses them, as it
 * alone knows which it has seen in that term; anybody else says nothing, and the sender learns by its own log.
 */
export function handleForward(state: RaftState, from: NodeId, message: Forward, now: UnixMillis): void {
  if (state.role !== "leader" || message.term !== state.currentTerm) return;
  const { session, settledBelow, proposals } = message;
  const { refused, reason } = take(state, session, settledBelow, proposals, now);
  if (refused.length === 0) return;
  state.out.message(from, {
    type: "ForwardRejected",
    term: state.currentTerm,
    session,
    seqs: refused,
    reason,
  });
}

export function handleForwardRejected(state: RaftState, message: ForwardRejected): void {
  if (message.session !== state.options.session) return;
  const { term, reason } = message;
  for (const seq of message.seqs) state.out.proposal({ seq, outcome: "refused", term, reason });
}

interface Taken {
  readonly taken: number[];
  readonly refused: number[];
  readonly reason: ForwardRejectedReason;
}

function take(
  state: RaftState,
  session: number,
  settledBelow: number,
  proposals: readonly Proposal[],
  now: UnixMillis,
): Taken {
  const fresh = unseen(state, session, settledBelow, proposals);
  const seqs = fresh.map((proposal) => proposal.seq);
  if (state.transfer !== undefined) return { taken: [], refused: seqs, reason: "transferring" };
  if (state.lowSpace && !state.has("low-space-ignored"))
    return { taken: [], refused: seqs, reason: "low-space" };
  if (state.uncommittedBytes > state.options.uncommittedBytesMax) {
    return { taken: [], refused: seqs, reason: "overloaded" };
  }
  const last = state.log.lastIndex;
  const at = (
    state.has("time-goes-back") ? now : Math.max(now, state.log.lastAt ?? state.snapshot?.at ?? 0)
  ) as UnixMillis;
  const entries = fresh.map(
    ({ seq, data }, i): Entry => ({
      index: (last + 1 + i) as LogIndex,
      term: state.currentTerm,
      at,
      type: "command",
      session,
      seq,
      data,
    }),
  );
  appendOwn(state, entries);
  return { taken: seqs, refused: [], reason: "overloaded" };
}

/**
 * Those not seen before in this term. What is refused counts as seen too: a copy of it that comes later must not
 * be taken after its sender was told that nothing was appended.
 */
function unseen(
  state: RaftState,
  session: number,
  settledBelow: number,
  proposals: readonly Proposal[],
): readonly Proposal[] {
  if (state.has("forward-not-deduplicated")) return proposals;
  let seen = state.sessions.get(session);
  if (seen === undefined) {
    seen = new SeenSeqs();
    state.sessions.set(session, seen);
  }
  seen.settle(settledBelow);
  const fresh: Proposal[] = [];
  for (const proposal of proposals) if (seen.add(proposal.seq)) fresh.push(proposal);
  return fresh;
}
