// A write is sent with one idempotency key until it is decided, whatever breaks meanwhile: a repeat either finds out
// what became of it or does it, never both.
import { type Answer, retryPause } from "./http-client.ts";
import { type Problem, isSafeToRetry, leavesOutcomeOpen } from "./problem.ts";

export type Decision<Value> =
  | {
      readonly type: "accepted";
      readonly value: Value;
      readonly index: number;
      readonly commandIndex?: number;
    }
  | { readonly type: "refused"; readonly problem: Problem }
  /** It may have happened, and cannot be found out now: ask again with the same key. */
  | { readonly type: "undecided"; readonly problem: Problem };

export interface DecisionPorts {
  /** Resolves after so many milliseconds, or earlier when there is reason to try at once. */
  wait(milliseconds: number): Promise<void>;
  random(): number;
}

export interface DecisionOptions {
  /** An earlier attempt with this key got no answer. */
  readonly mayHaveHappened?: boolean;
  /** Refusals that did nothing, after which the caller is told; a cluster that elects takes a second or two. */
  readonly safeRetries?: number;
  /** Called before each repeat; false ends them. */
  readonly goOn?: (problem: Problem) => boolean;
}

const SAFE_RETRIES = 8;
const PAUSE_MS = 300;
const PAUSE_MS_MAX = 5_000;

/**
 * Repeats a write under its key until its outcome is known. There is no end to that by time, other than `goOn`: what
 * may have happened is not to be given up for lost.
 *
 * @param send one attempt, always with the same key and body
 */
export async function untilDecided<Value>(
  send: () => Promise<Answer<Value>>,
  ports: DecisionPorts,
  { mayHaveHappened = false, safeRetries = SAFE_RETRIES, goOn = () => true }: DecisionOptions = {},
): Promise<Decision<Value>> {
  let open = mayHaveHappened;
  let safeRefusals = 0;
  for (let pause = PAUSE_MS; ; pause = Math.min(pause * 2, PAUSE_MS_MAX)) {
    const answer = await send();
    if (answer.ok) {
      const { value, index, commandIndex } = answer;
      return { type: "accepted", value, index, ...(commandIndex === undefined ? {} : { commandIndex }) };
    }
    const { problem } = answer;
    open ||= leavesOutcomeOpen(problem);
    // "Did nothing" speaks of this attempt alone: an earlier one that got no answer may still take effect.
    const didNothing = isSafeToRetry(problem) || problem.code === "rate_limited";
    if (problem.code === "unauthenticated" && open) return { type: "undecided", problem };
    if (!leavesOutcomeOpen(problem) && !didNothing) return { type: "refused", problem };
    if (!open && ++safeRefusals > safeRetries) return { type: "refused", problem };
    if (!goOn(problem)) return { type: "undecided", problem };
    await ports.wait(retryPause(pause, ports.random(), problem.retryAfter));
  }
}
