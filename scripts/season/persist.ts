import { setTimeout as sleep } from "node:timers/promises";
import type { Attempt } from "./answer.ts";
import type { Tally } from "./tally.ts";

/** How long one write may stay undecided before the season is called failed, in ms. */
const PATIENCE_MS = 120_000;

export type Decided<T> = Exclude<Attempt<T>, { type: "again" }>;

/**
 * Repeats a write, always under the same key, until it is decided.
 *
 * @param tally is told that it goes on, and why it has to be sent again
 * @throws Error when it stays undecided for two minutes
 */
export async function persist<T>(
  what: string,
  attempt: () => Promise<Attempt<T>>,
  tally: Tally,
): Promise<Decided<T>> {
  tally.began();
  try {
    return await repeat(what, attempt, tally);
  } finally {
    tally.ended();
  }
}

async function repeat<T>(
  what: string,
  attempt: () => Promise<Attempt<T>>,
  tally: Tally,
): Promise<Decided<T>> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const outcome = await attempt();
    if (outcome.type !== "again") return outcome;
    tally.again(outcome.why);
    if (performance.now() > deadline) {
      throw new Error(`${what} stayed undecided for ${PATIENCE_MS / 1000} s; last: ${outcome.why}`);
    }
    await sleep(outcome.waitMs);
  }
}
