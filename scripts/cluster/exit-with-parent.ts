// A preload (`node --import`) for every process of the system: ends the process when the supervisor is gone, also
// when that was killed without a chance to say so. The supervisor holds the other end of standard input and never
// writes to it; the kernel closes it with the supervisor, whatever the reason.
import { readFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";
import { isSystemError, signalIfAlive } from "./process-identity.ts";
import type { RunningSystem } from "./running-system.ts";

/** How long a process may take for its graceful stop once the supervisor is gone, in ms. */
const GRACE_MS = 5_000;

if (isMainThread) {
  process.stdin.once("close", parentIsGone);
  process.stdin.once("error", parentIsGone);
  process.stdin.resume();
  // Waiting for this must not keep a process alive that has nothing else to do.
  if ("unref" in process.stdin) process.stdin.unref();
}

let leaving = false;

function parentIsGone(): void {
  if (leaving) return;
  leaving = true;
  wakeSiblings();
  process.kill(process.pid, "SIGTERM");
  setTimeout(() => process.kill(process.pid, "SIGKILL"), GRACE_MS);
}

/** A stopped process cannot notice that its standard input closed, so those that can wake it. */
function wakeSiblings(): void {
  const file = process.env["QUORUMBOOK_RUNNING_FILE"];
  if (file === undefined) return;
  try {
    const system = JSON.parse(readFileSync(file, "utf8")) as RunningSystem;
    for (const { identity } of system.processes) {
      if (identity !== null && identity.pid !== process.pid) signalIfAlive(identity, "SIGCONT");
    }
  } catch (error) {
    if (!isSystemError(error, "ENOENT")) throw error;
  }
}
