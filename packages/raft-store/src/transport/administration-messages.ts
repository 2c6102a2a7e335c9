import type { MembershipChange } from "../core/effects.ts";
import type { LogIndex, NodeId } from "../units.ts";

/** What an operator may ask of the leader, from any node. */
export type AdministrationRequest =
  | MembershipChange
  | { readonly type: "transfer"; readonly to?: NodeId }
  | { readonly type: "raise-version"; readonly version: number };

/**
 * How it ended: `done`, refused, or
 * - `transfer-failed`: the target did not take over;
 * - `superseded`: another leader's entry is committed in place of the change;
 * - `unknown`: the leader has seen neither.
 */
export type AdministrationOutcome =
  | "done"
  | "not-leader"
  | "in-progress"
  | "invalid"
  | "not-caught-up"
  | "transferring"
  | "transfer-failed"
  | "superseded"
  | "unknown"
  | "unsupported";

/** Hands an operator's wish to the leader. */
export interface Administer {
  readonly type: "Administer";
  /** The asking process and its number for the question, so that an answer to an earlier process is not taken. */
  readonly session: number;
  readonly request: number;
  readonly wish: AdministrationRequest;
}

/** Comes once, when it is known how the wish ended; never, if whoever was asked ended before. */
export interface AdministerReply {
  readonly type: "AdministerReply";
  readonly session: number;
  readonly request: number;
  readonly outcome: AdministrationOutcome;
  /** Of the committed configuration; 0 otherwise. */
  readonly index: LogIndex;
}
