import { setTimeout as pause } from "node:timers/promises";
import { CommandFailure } from "../lib/command-failure.ts";

/** Between two questions, in ms. */
const PAUSE_MS = 200;
/** How long an answer may take, in ms: a node that is stopped never gives one. */
const ANSWER_MS = 2_000;

/**
 * Asks a node until it says that it can serve.
 *
 * @returns how long that took, in ms
 * @throws CommandFailure with what it said last
 */
export async function waitUntilReady(address: URL, timeoutMs: number): Promise<number> {
  const began = performance.now();
  for (;;) {
    const said = await ask(address);
    const waited = performance.now() - began;
    if (said === undefined) return Math.round(waited);
    if (waited >= timeoutMs) {
      throw new CommandFailure(`${address.host} is not ready after ${timeoutMs / 1000} s: ${said}`);
    }
    await pause(PAUSE_MS);
  }
}

/** What is amiss; undefined where it is ready. */
async function ask(address: URL): Promise<string | undefined> {
  try {
    const response = await fetch(new URL("/readyz", address), { signal: AbortSignal.timeout(ANSWER_MS) });
    return response.ok ? undefined : `status ${response.status}, ${await response.text()}`;
  } catch (error) {
    const { cause } = error as Error;
    return cause instanceof Error ? cause.message : (error as Error).message;
  }
}
