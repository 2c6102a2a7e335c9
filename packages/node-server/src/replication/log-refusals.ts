// What becomes of a failure of the log at the edge.
import { ProblemError, type Refusal } from "../contract/problem-codes.ts";
import { LogError, type LogErrorCode } from "./replicated-log.ts";

export const LOG_REFUSALS: Record<LogErrorCode, Refusal> = {
  no_leader: {
    code: "no_leader",
    detail: "No leader could take the request; nothing was changed. Try again.",
    retryAfter: 1,
  },
  overloaded: {
    code: "overloaded",
    detail: "Too many requests are in flight; nothing was changed. Try again.",
    retryAfter: 1,
  },
  replica_behind: {
    code: "replica_behind",
    detail: "This replica has not reached the index asked for. Try again, or another node.",
    retryAfter: 1,
  },
  outcome_unknown: {
    code: "outcome_unknown",
    detail: "The request may or may not take effect. Repeat it with the same Idempotency-Key to find out.",
    retryAfter: 1,
  },
  membership_invalid: {
    code: "membership_invalid",
    detail: "The present members do not allow this change.",
  },
  change_in_progress: {
    code: "change_in_progress",
    detail: "Another change of members, or of the leader, is under way. Try again.",
    retryAfter: 1,
  },
  not_caught_up: {
    code: "not_caught_up",
    detail: "The learner does not have enough of the log yet. Try again.",
    retryAfter: 1,
  },
  transfer_failed: {
    code: "transfer_failed",
    detail: "The node did not take over in time; whoever leads goes on.",
    retryAfter: 1,
  },
};

/** The refusal of a failed log; anything else is handed on as it is. */
export function logRefusalOf(error: unknown): unknown {
  return error instanceof LogError ? new ProblemError(LOG_REFUSALS[error.code], { cause: error }) : error;
}
