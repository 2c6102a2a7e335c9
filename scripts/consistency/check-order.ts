// Real time against the log: what began after something was answered comes after it.
import type { Operation, Write } from "./history.ts";

/**
 * Whatever an answer told of index N shows that N was committed by then. So each new decision, and each linearizable
 * read, that was asked for later has a higher index, or at least as high a one.
 */
export function checkOrder(operations: readonly Operation[]): string[] {
  return [...checkRealTime(operations), ...checkKeys(operations)];
}

function checkRealTime(operations: readonly Operation[]): string[] {
  const faults: string[] = [];
  const firstOf = firstAttempts(operations);
  const begun = operations.toSorted((a, b) => a.invokedAt - b.invokedAt);
  const ended = operations.toSorted((a, b) => a.returnedAt - b.returnedAt);
  let told = 0;
  let at = 0;
  for (const operation of begun) {
    for (; at < ended.length; at += 1) {
      const earlier = ended[at];
      if (earlier === undefined || earlier.returnedAt >= operation.invokedAt) break;
      told = Math.max(told, toldBy(earlier));
    }
    if (operation.type === "read") {
      if (operation.linearizable && operation.index < told) {
        faults.push(
          `a linearizable read at ${operation.node} is of ${operation.index}, after ${told} was told`,
        );
      }
      continue;
    }
    // A repeat is decided where the first attempt was.
    if (firstOf.get(keyOf(operation)) !== operation) continue;
    const decided = decidedAt(operation);
    if (decided !== undefined && decided <= told) {
      faults.push(`${operation.key} was decided at ${decided}, though begun after ${told} was told`);
    }
  }
  return faults;
}

/** One key has one outcome, and one index has one key. */
function checkKeys(operations: readonly Operation[]): string[] {
  const faults: string[] = [];
  const outcomes = new Map<string, string>();
  const keys = new Map<number, string>();
  for (const operation of operations) {
    if (operation.type !== "write") continue;
    const { outcome } = operation;
    const decided = decidedAt(operation);
    if (decided === undefined) continue;
    const key = keyOf(operation);
    const same = outcome.type === "accepted" ? { ...outcome, index: 0 } : outcome;
    const text = JSON.stringify(same);
    const before = outcomes.get(key) ?? text;
    if (before !== text) faults.push(`${key} was answered ${before} and ${text}`);
    outcomes.set(key, text);
    const other = keys.get(decided) ?? key;
    if (other !== key) faults.push(`${other} and ${key} were both decided at ${decided}`);
    keys.set(decided, key);
    if (outcome.type === "accepted" && outcome.index < decided) {
      faults.push(`${key} was answered at ${outcome.index}, before ${decided} where it was decided`);
    }
  }
  return faults;
}

function firstAttempts(operations: readonly Operation[]): ReadonlyMap<string, Write> {
  const first = new Map<string, Write>();
  for (const operation of operations) {
    if (operation.type !== "write") continue;
    const known = first.get(keyOf(operation));
    if (known === undefined || operation.invokedAt < known.invokedAt) first.set(keyOf(operation), operation);
  }
  return first;
}

function toldBy(operation: Operation): number {
  if (operation.type === "read") return operation.index;
  const { outcome } = operation;
  return outcome.type === "accepted" ? outcome.index : (decidedAt(operation) ?? 0);
}

function decidedAt({ outcome }: Write): number | undefined {
  return outcome.type === "accepted" || outcome.type === "refused" ? outcome.commandIndex : undefined;
}

function keyOf({ client, key }: Write): string {
  return `${client} ${key}`;
}
