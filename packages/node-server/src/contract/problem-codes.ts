// Every code a game node may refuse with, its HTTP status and its title. docs/errors.md says of each when it
// comes and what to do; a test compares the two, both ways.

/** Status and title by code. The title is the same for every occurrence (RFC 9457 §3.1.3). */
export const PROBLEMS = {
  invalid_request: [400, "The request is malformed"],
  invalid_odds: [400, "The odds are off the game's tick"],
  idempotency_key_required: [400, "An Idempotency-Key header is required"],
  unauthenticated: [401, "A valid access token is required"],
  forbidden: [403, "The role does not allow this"],
  limit_reached: [403, "A limit of the account is reached"],
  excluded: [403, "The account is excluded from betting"],
  not_found: [404, "There is nothing here"],
  game_not_found: [404, "There is no such game"],
  bet_not_found: [404, "There is no such bet"],
  betting_closed: [409, "The game takes no bets"],
  odds_changed: [409, "The odds have changed"],
  wrong_status: [409, "The game's status does not allow this"],
  already_settled: [409, "The game is already settled"],
  outcome_withdrawn: [409, "The outcome cannot win any more"],
  bet_closed: [409, "The bet does not stand any more"],
  price_changed: [409, "The price has changed"],
  margin_exceeded: [409, "The game could cost more than its margin"],
  drawn_game: [409, "The result of the game is drawn"],
  reveal_too_late: [409, "The time to reveal seeds has passed"],
  preview_stale: [409, "The preview no longer holds"],
  membership_invalid: [409, "The members do not allow this change"],
  change_in_progress: [409, "Another change of the cluster is under way"],
  not_caught_up: [409, "The learner is too far behind to vote"],
  transfer_failed: [409, "The node did not take over"],
  idempotency_conflict: [409, "The key was used for another request"],
  payload_too_large: [413, "The body is too large"],
  unsupported_media_type: [415, "The body must be application/json"],
  unknown_outcome: [422, "The game has no such outcome"],
  unknown_seed: [422, "The game has no commitment of that seed"],
  outcome_not_offered: [422, "The outcome is not offered"],
  no_cash_out: [422, "There is no price for the bet"],
  stake_too_small: [422, "The payout would not exceed the stake"],
  stake_above_cap: [422, "The stake is above the cap"],
  insufficient_balance: [422, "The balance does not suffice"],
  house_underfunded: [422, "The bankroll does not cover the margin"],
  rate_limited: [429, "Too many requests"],
  internal_error: [500, "The node failed"],
  no_leader: [503, "The cluster has no leader"],
  overloaded: [503, "The node is overloaded"],
  replica_behind: [503, "The replica is behind"],
  outcome_unknown: [503, "The outcome is not known"],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ProblemCode = keyof typeof PROBLEMS;

/** Facts that a refusal carries beside its code, so that a client can act on it without another request. */
export type ProblemFacts = Readonly<Record<string, unknown>>;

/** A refusal before it is dressed for REST (problem+json) or the WebSocket (`betRejected`, `error`). */
export interface Refusal {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly facts?: ProblemFacts;
  /** Seconds for `Retry-After`, where repeating helps. */
  readonly retryAfter?: number;
}

/** Carries a {@link Refusal} out of a handler. Thrown for requests that never reach the log. */
export class ProblemError extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal, options?: ErrorOptions) {
    super(refusal.detail, options);
    this.name = "ProblemError";
    this.refusal = refusal;
  }
}

/** Of a failure within the node nothing is told but that it was one. */
export const INTERNAL_ERROR: Refusal = { code: "internal_error", detail: "The node failed to answer." };
