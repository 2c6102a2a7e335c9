import type { LogIndex, Term, UnixMillis } from "./units.ts";

/** One committed command, as every replica sees it. */
export interface AppliedEntry<Command> {
  readonly index: LogIndex;
  readonly term: Term;
  /** The leader's clock when it took the command; never less than that of the entry before. */
  readonly at: UnixMillis;
  readonly command: Command;
  /** Which version of the machine applies it: switched for all replicas at one place of the log (`raiseMachineVersion`). */
  readonly version: number;
}

/**
 * What the store replicates. Every replica applies the same commands in the same order, and so must reach the same state.
 *
 * For the implementer: `apply` is deterministic. Its result and the new state follow from the state and the entry alone,
 * not from clocks, chance, files, the order of object keys of foreign making, or anything of this process. It refuses by
 * returning a value; if it throws, the node stops, as a replica that skips an entry has diverged.
 */
export interface StateMachine<Command, Result> {
  /** Called once per entry, in order. After a restart, entries behind the last snapshot come again, to a restored machine. */
  apply(entry: AppliedEntry<Command>): Result;
  /**
   * These commands will be applied next, in this order, each as the very object that is given here: a machine may look
   * up many of them at once. A hint, on which nothing may depend: it is not given for each command.
   */
  expect?(commands: readonly Command[]): void;
  /** The state as of now, cheaply; `encode` may be read while `apply` goes on and must not show what it changes. */
  snapshot(): SnapshotView;
  /** Takes the state that the chunks hold, in place of the one it has. The chunks are cut as `encode` pleased or otherwise. */
  restore(chunks: AsyncIterable<Uint8Array>): Promise<void>;
  /**
   * The machine is this version from here on: what `apply` gets next is of it. Called at the place of the log where it
   * was switched, and before a snapshot of a later version than the first is restored.
   */
  onVersion?(version: number): void;
  /**
   * A digest of the state as of now: equal wherever the state is, cheap, and of at most a few dozen bytes. If there is
   * one, replicas compare theirs every so many entries, and one that differs from the leader's stops.
   */
  digest?(): Uint8Array | string;
}

/** The state of a machine at one moment, whatever becomes of the machine. */
export interface SnapshotView {
  /** The state as bytes, in pieces of any length. Called once; may be slow. */
  encode(): AsyncIterable<Uint8Array>;
}

/** Commands as bytes. `decode(encode(c))` is `c`, for bytes written by earlier versions of the program too. */
export interface CommandCodec<Command> {
  /** The bytes that stand for the command, in the log and on the wire. */
  encode(command: Command): Uint8Array;
  /** The command again. Bytes that it cannot read stop the node: throw. */
  decode(bytes: Uint8Array): Command;
}
