// Holds a process to a share of a core, so that several on one machine are as far apart as on machines of their own.
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The cpu controller of cgroup v1. */
const ROOT = "/sys/fs/cgroup/cpu";
/** Short against heartbeats: a process that has used up its share waits for the rest of this, in µs. */
const PERIOD_US = 10_000;

/** Why processes cannot be held here; undefined if they can. */
export function whyNoCoreShares(): string | undefined {
  if (process.getuid?.() !== 0) return "only root can hold processes to a share of a core";
  return existsSync(join(ROOT, "cpu.cfs_quota_us"))
    ? undefined
    : "the cpu controller of cgroup v1 is not mounted";
}

/** @returns lets go of it, once the process has ended */
export function holdToShare(pid: number, share: number): () => void {
  const folder = join(ROOT, `quorumbook-bench-${pid}`);
  mkdirSync(folder);
  writeFileSync(join(folder, "cpu.cfs_period_us"), String(PERIOD_US));
  writeFileSync(join(folder, "cpu.cfs_quota_us"), String(Math.round(PERIOD_US * share)));
  writeFileSync(join(folder, "cgroup.procs"), String(pid));
  return () => rmdirSync(folder);
}
