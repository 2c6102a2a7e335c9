// What an operator may ask of the log, from any node.

export type MemberChange =
  /** Receives the log from now on, without a vote. `address` is host:port of its Raft transport. */
  | { readonly type: "add-learner"; readonly nodeId: string; readonly address: string }
  /** Gives a learner its vote. */
  | { readonly type: "promote"; readonly nodeId: string }
  /** Takes a member out, be it the leader. */
  | { readonly type: "remove"; readonly nodeId: string };

/** The latest snapshot of this node, as bytes that carry their own checksums. */
export interface Backup {
  /** What the snapshot includes of the log. */
  readonly index: number;
  readonly bytes: number;
  readonly data: AsyncIterable<Uint8Array>;
}

export interface LogAdministration {
  /**
   * @returns the index of the membership that is now committed
   * @throws LogError `membership_invalid`, `change_in_progress`, `not_caught_up`, `no_leader`: nothing was changed;
   *         `outcome_unknown`
   */
  changeMembers(change: MemberChange, timeoutMs: number): Promise<number>;

  /**
   * Has that voter lead; does nothing where it leads already.
   *
   * @throws LogError `membership_invalid` where it is no voter, `transfer_failed` where it did not take over in time;
   *         as `changeMembers` otherwise
   */
  handOver(nodeId: string, timeoutMs: number): Promise<void>;

  /**
   * Makes the book another version at one place of the log, the same for every replica. A version that is in force, or was,
   * changes nothing.
   *
   * @throws LogError `membership_invalid` while a member runs a program that does not know it; as `changeMembers` otherwise
   */
  raiseVersion(version: number, timeoutMs: number): Promise<number>;

  /**
   * Takes a snapshot of this node's book.
   *
   * @returns once it is durable, the index that it includes
   */
  takeSnapshot(): Promise<number>;

  /** Undefined where there is no snapshot yet. */
  backup(): Promise<Backup | undefined>;
}
