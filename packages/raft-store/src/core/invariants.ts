// What must be true of a node at any time, and of each step it takes (after LogCabin's RaftConsensusInvariants).
// Cheap, and so checked after every step in production too: a node that breaks one stops.
import { assertInvariant } from "../errors.ts";
import type { LogIndex, NodeId, Term } from "../units.ts";
import type { Input } from "./effects.ts";
import type { Role } from "./role.ts";

/** A node's state as numbers. */
export interface CoreView {
  readonly currentTerm: Term;
  readonly votedFor: NodeId | null;
  readonly role: Role;
  readonly leader: NodeId | null;
  readonly baseIndex: LogIndex;
  readonly snapshotIndex: LogIndex;
  readonly deliveredIndex: LogIndex;
  readonly commitIndex: LogIndex;
  readonly durableIndex: LogIndex;
  readonly lastIndex: LogIndex;
}

export function checkState(view: CoreView): void {
  const ordered =
    view.baseIndex <= view.snapshotIndex &&
    view.snapshotIndex <= view.deliveredIndex &&
    view.deliveredIndex <= view.commitIndex &&
    view.commitIndex <= view.lastIndex &&
    view.durableIndex <= view.lastIndex;
  assertInvariant(ordered, "compacted ≤ snapshot ≤ applied ≤ committed ≤ last", { ...view });
}

export function checkStep(before: CoreView, input: Input, after: CoreView): void {
  const numbers = (): Record<string, unknown> => ({
    input: input.type === "message" ? input.message.type : input.type,
    ...Object.fromEntries(Object.entries(before).map(([name, value]) => [`before.${name}`, value])),
    ...after,
  });
  const holds = (condition: boolean, message: string): void => {
    // The numbers are put together for a failure only: this runs on every step.
    if (!condition) assertInvariant(false, message, numbers());
  };
  holds(after.currentTerm >= before.currentTerm, "the term only grows");
  if (after.currentTerm === before.currentTerm) {
    holds(
      before.votedFor === null || after.votedFor === before.votedFor,
      "within a term the vote is given once and never taken back",
    );
    holds(
      before.leader === null || after.leader === null || after.leader === before.leader,
      "a term has one leader",
    );
    holds(
      before.role !== "leader" || after.lastIndex >= before.lastIndex,
      "a leader only appends to its log",
    );
  }
  holds(after.commitIndex >= before.commitIndex, "what is committed stays committed");
  holds(after.deliveredIndex >= before.deliveredIndex, "nothing is applied twice");
  holds(after.snapshotIndex >= before.snapshotIndex, "a newer snapshot is never replaced by an older");
  if (input.type === "message" && input.message.type === "PreVote") {
    const untouched = after.currentTerm === before.currentTerm && after.votedFor === before.votedFor;
    holds(untouched && after.role === before.role, "a PreVote changes nothing");
  }
}
