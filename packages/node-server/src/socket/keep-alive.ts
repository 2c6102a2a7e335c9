// Connections whose other end is gone without a word are found by silence: pinged first, then cut.
import type { Session } from "./session.ts";

const PING_AFTER_MS = 25_000;
/** Two pings in vain and some. */
const IDLE_MS_MAX = 60_000;
const LOOK_EVERY_MS = 5_000;

/** One look at all sessions. */
export function keepAlive(sessions: Iterable<Session>, now: number): void {
  for (const session of sessions) {
    const silence = now - session.lastHeardAt;
    if (silence >= IDLE_MS_MAX) session.terminate();
    else if (silence >= PING_AFTER_MS) session.ping();
  }
}

/** @returns how to stop */
export function startKeepAlive(sessions: Iterable<Session>, now: () => number): () => void {
  const timer = setInterval(() => keepAlive(sessions, now()), LOOK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
