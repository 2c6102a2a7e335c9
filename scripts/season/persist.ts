import { setTimeout as sleep } from "node:timers/promises";
import type { Attempt } from "./answer.ts";

/** How long one write may stay undecided before the season is called failed, in ms. */
const PATIENCE_MS = 120_000;

export type Decided<T> = Exclude<Attempt<T>, { type: "again" }>;

/**
 * Repeats a write, always under the same key, until it is decided.
 *
 * @param onAgain is told why each time
 * @throws Error when it stays undecided for two minutes
 */
export async function persist<T>(
  what: string,
  attempt: () => Promise<Attempt<T>>,
  onAgain: (why: string) => void,
): Promise<Decided<T>> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const outcome = await attempt();
    if (outcome.type !== "again") return outcome;
    onAgain(outcome.why);
    if (performance.now() > deadline) {
      throw new Error(`${what} stayed undecided for ${PATIENCE_MS / 1000} s; last: ${outcome.why}`);
    }
    await sleep(outcome.waitMs);
  }
}
