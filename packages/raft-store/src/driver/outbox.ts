import { type Entry, entryBytes } from "../core/entry.ts";
import type { AppendEntries, AppendEntriesReply } from "../core/messages.ts";
import type { WireMessage } from "../transport/message-codec.ts";
import type { NodeId } from "../units.ts";

/** Bytes of entries in a message that others are joined to: beyond it, one more frame costs nothing that matters. */
const JOINED_BYTES_MAX = 256 << 10;

/**
 * Messages of one turn, in order for each member. What a later message says as well is not said twice: an append that the
 * next one goes on from becomes part of it, and of acknowledgements the last one counts. So a commit index travels with
 * the entries that the same turn brings, and a burst of small appends costs one frame.
 */
export class Outbox {
  readonly #waiting = new Map<NodeId, WireMessage[]>();

  add(to: NodeId, message: WireMessage): void {
    const waiting = this.#waiting.get(to);
    if (waiting === undefined) {
      this.#waiting.set(to, [message]);
      return;
    }
    const last = waiting.length - 1;
    const joined = last < 0 ? undefined : join(waiting[last] as WireMessage, message);
    if (joined === undefined) waiting.push(message);
    else waiting[last] = joined;
  }

  /** Hands everything over and is empty. */
  flush(send: (to: NodeId, message: WireMessage) => void): void {
    for (const [to, messages] of this.#waiting) {
      for (const message of messages) send(to, message);
      messages.length = 0;
    }
  }
}

/** One message that says what both say, if there is one. */
function join(earlier: WireMessage, later: WireMessage): WireMessage | undefined {
  if (earlier.type === "AppendEntries" && later.type === "AppendEntries") return joinAppends(earlier, later);
  if (earlier.type === "AppendEntriesReply" && later.type === "AppendEntriesReply") {
    return supersedes(later, earlier) ? later : undefined;
  }
  return undefined;
}

function joinAppends(earlier: AppendEntries, later: AppendEntries): AppendEntries | undefined {
  const goesOn = later.prevLogIndex === earlier.prevLogIndex + earlier.entries.length;
  if (earlier.term !== later.term || !goesOn) return undefined;
  if (earlier.entries.length === 0) return later;
  const { prevLogIndex, prevLogTerm, entries } = earlier;
  if (later.entries.length === 0) return { ...later, prevLogIndex, prevLogTerm, entries };
  if (sumOfBytes(entries) + sumOfBytes(later.entries) > JOINED_BYTES_MAX) return undefined;
  return { ...later, prevLogIndex, prevLogTerm, entries: [...entries, ...later.entries] };
}

function sumOfBytes(entries: readonly Entry[]): number {
  let sum = 0;
  for (const entry of entries) sum += entryBytes(entry);
  return sum;
}

/** Of a term an acknowledgement says all that an earlier one did; a refusal stands for itself. */
function supersedes(later: AppendEntriesReply, earlier: AppendEntriesReply): boolean {
  return (
    later.success &&
    earlier.success &&
    later.term === earlier.term &&
    later.matchIndex >= earlier.matchIndex &&
    later.round >= earlier.round
  );
}
