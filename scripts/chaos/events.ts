import type { Operation, Write } from "../consistency/history.ts";
import { longestWait, type Wait } from "../season/outages.ts";

/** A fault that was made, with times in ms on the monotonic clock. */
export interface Event {
  readonly fault: string;
  readonly what: string;
  readonly begunAt: number;
  readonly healedAt: number;
  /** When every node served again; never where one did not. */
  readonly wholeAt: number;
}

/** What clients noticed of a fault. */
export interface Felt {
  readonly fault: string;
  readonly what: string;
  readonly heldMs: number;
  /** From its end until every node served. */
  readonly recoveryMs: number;
  /** The longest time without an accepted write, at the entry point. */
  readonly outageMs: number;
  /** Attempts at writes that were told to have done nothing for want of a leader, room or time. */
  readonly refused: number;
  /** Attempts at writes whose outcome was not told. */
  readonly open: number;
}

/** @param place where the outage is measured: the node name of its operations */
export function feel(
  events: readonly Event[],
  operations: readonly Operation[],
  place: string,
): readonly Felt[] {
  const writes = operations.filter((operation): operation is Write => operation.type === "write");
  const waits = waitsOf(writes.filter(({ node }) => node === place));
  return events.map((event) => {
    const { fault, what, begunAt, healedAt, wholeAt } = event;
    const meanwhile = writes.filter(
      ({ returnedAt, invokedAt }) => returnedAt > begunAt && invokedAt < wholeAt,
    );
    return {
      fault,
      what,
      heldMs: healedAt - begunAt,
      recoveryMs: wholeAt - healedAt,
      outageMs: longestWait(waits, begunAt, wholeAt),
      refused: meanwhile.filter(({ outcome }) => outcome.type === "nothing").length,
      open: meanwhile.filter(({ outcome }) => outcome.type === "open").length,
    };
  });
}

/** Between one accepted write and the next. Somebody always begins a new one, so every such time was a wait. */
function waitsOf(writes: readonly Write[]): readonly Wait[] {
  const accepted = writes.filter(({ outcome }) => outcome.type === "accepted");
  const times = accepted.map(({ returnedAt }) => returnedAt).toSorted((a, b) => a - b);
  return times.slice(1).map((to, at) => ({ from: times[at] ?? 0, to }));
}

/** Keys whose outcome was once open, and how many of them were decided by asking again. */
export function countOpen(operations: readonly Operation[]): {
  readonly keys: number;
  readonly found: number;
} {
  const open = new Set<string>();
  const decided = new Set<string>();
  for (const operation of operations) {
    if (operation.type !== "write") continue;
    const key = `${operation.client} ${operation.key}`;
    if (operation.outcome.type === "open") open.add(key);
    else if (operation.outcome.type !== "nothing") decided.add(key);
  }
  return { keys: open.size, found: [...open].filter((key) => decided.has(key)).length };
}
