import { setTimeout as sleep } from "node:timers/promises";

/** How often a condition is looked at, in ms. */
const POLL_MS = 20;

/**
 * Resolves with what `condition` gives once that is neither undefined nor false.
 *
 * @throws Error that names what was waited for, after `timeoutMs`
 */
export async function waitFor<T>(
  what: string,
  condition: () => T | undefined | false | Promise<T | undefined | false>,
  timeoutMs = 10_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) return value;
    if (performance.now() >= deadline) throw new Error(`waited ${timeoutMs} ms in vain until ${what}`);
    await sleep(POLL_MS);
  }
}
