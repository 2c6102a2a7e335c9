import { readFileSync } from "node:fs";

/** A process as another run can recognise it: process ids are used again, but not with the same start time. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in clock ticks since boot; null where the system does not tell. */
  readonly startedAtTicks: number | null;
}

export function identityOf(pid: number): ProcessIdentity {
  return { pid, startedAtTicks: startTicks(pid) };
}

/** Whether this very process still runs (a zombie does not). */
export function isAlive(identity: ProcessIdentity): boolean {
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    // EPERM: it is there, but somebody else's, so none that we started.
    if (isSystemError(error, "ESRCH", "EPERM")) return false;
    throw error;
  }
  return identity.startedAtTicks === null || startTicks(identity.pid) === identity.startedAtTicks;
}

/** Sends a signal to this very process; false when it is gone. */
export function signalIfAlive(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false;
  try {
    process.kill(identity.pid, signal);
    return true;
  } catch (error) {
    if (isSystemError(error, "ESRCH")) return false;
    throw error;
  }
}

/** Field 22 of /proc/<pid>/stat (proc(5)); the command's name, field 2, may itself contain spaces and brackets. */
function startTicks(pid: number): number | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch (error) {
    if (isSystemError(error, "ENOENT", "ESRCH")) return null;
    throw error;
  }
  const afterName = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const state = afterName[0];
  return state === "Z" || state === "X" ? null : Number(afterName[19]);
}

export function isSystemError(error: unknown, ...codes: readonly string[]): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}
