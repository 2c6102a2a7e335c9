import { setTimeout as sleep } from "node:timers/promises";

/** How often a condition is looked at while it is waited for, in ms. */
const POLL_MS = 50;

/**
 * Waits until `condition` gives something other than undefined or false, and returns it.
 *
 * @param timeoutMs after this long the answer is undefined
 */
export async function until<T>(
  condition: () => T | undefined | false | Promise<T | undefined | false>,
  timeoutMs: number,
): Promise<T | undefined> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) return value;
    if (performance.now() >= deadline) return undefined;
    await sleep(POLL_MS);
  }
}
