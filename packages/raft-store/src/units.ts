// The units of the package as brands, so that a term cannot be passed where an index is meant. Each has one
// constructor, which validates; the casts live here and nowhere else.

declare const brand: unique symbol;
type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };

/** Raft's logical clock (§5.1). The first election makes term 1; 0 means "before the first". */
export type Term = Brand<number, "Term">;

/** Position in the Raft log. The first entry is 1; 0 means "before the first". */
export type LogIndex = Brand<number, "LogIndex">;

/** Name of a member, unique for ever within its cluster: a name whose data is lost is never used again. */
export type NodeId = Brand<string, "NodeId">;

/** Milliseconds since 1970-01-01T00:00Z. */
export type UnixMillis = Brand<number, "UnixMillis">;

/** @throws RangeError unless `value` is a safe integer of at least 0 */
export function term(value: number): Term {
  return checkedCount(value, "term") as Term;
}

/** @throws RangeError unless `value` is a safe integer of at least 0 */
export function logIndex(value: number): LogIndex {
  return checkedCount(value, "log index") as LogIndex;
}

/** @throws RangeError unless `value` is a safe integer of at least 0 */
export function unixMillis(value: number): UnixMillis {
  return checkedCount(value, "time") as UnixMillis;
}

/** Letters, digits, dot, dash and underscore: a node id appears in file names, metrics and URLs. */
const NODE_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** @throws RangeError unless `value` is 1–63 letters, digits, dots, dashes or underscores, not led by a sign */
export function nodeId(value: string): NodeId {
  if (!NODE_ID.test(value)) throw new RangeError(`not a node id: ${JSON.stringify(value)}`);
  return value as NodeId;
}

function checkedCount(value: number, unit: string): number {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not a ${unit}: ${value}`);
  return value;
}
