import type { NatsServerSpec } from "./server-command.ts";

const ANSWER_MS = 1_000;

/** Whether a server says that its part of JetStream is up to date. */
export async function isHealthy({ host, monitorPort }: NatsServerSpec): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(ANSWER_MS);
    return (await fetch(`http://${host}:${monitorPort}/healthz`, { signal })).ok;
  } catch {
    // It is not up.
    return false;
  }
}
