// What faults are made with, and what of it there is here.
import { existsSync, mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runProgram } from "../lib/run-program.ts";

/** What a fault may need beside a process to send signals to. */
export const meansNames = ["network", "loss", "delay", "disk", "slow disk", "clock"] as const;
export type Means = (typeof meansNames)[number];

const BLKIO = "/sys/fs/cgroup/blkio";
const FAKETIME = [
  "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
  "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
  "/usr/lib/faketime/libfaketimeMT.so.1",
  "/usr/lib64/faketime/libfaketimeMT.so.1",
];

export function findFaketime(): string | undefined {
  return FAKETIME.find((file) => existsSync(file));
}

/**
 * Tries everything once.
 *
 * @param enclosed why there are no namespaces here; undefined if this process runs in its own
 * @param folder where to try a mount
 * @returns what there is not, each with the reason
 */
export async function findMissing(
  enclosed: string | undefined,
  folder: string,
): Promise<ReadonlyMap<Means, string>> {
  const missing = new Map<Means, string>();
  if (findFaketime() === undefined) missing.set("clock", "libfaketime is not installed");
  if (enclosed !== undefined) {
    for (const means of meansNames) if (means !== "clock") missing.set(means, enclosed);
    return missing;
  }
  const attempt = async (means: Means, trial: () => Promise<void>): Promise<void> => {
    try {
      await trial();
    } catch (error) {
      missing.set(means, error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error));
    }
  };
  if (!missing.has("clock")) {
    // Libfaketime leaves a piece of shared memory behind for every process that is killed.
    await attempt("clock", async () => void (await runProgram("mount", "-t", "tmpfs", "tmpfs", "/dev/shm")));
  }
  const rule = async (...words: string[]): Promise<void> => {
    await runProgram("iptables", "-w", "-A", ...words);
    await runProgram("iptables", "-w", "-D", ...words);
  };
  await attempt("network", () => rule("INPUT", "-s", "10.77.0.1", "-j", "DROP"));
  await attempt("loss", () =>
    rule(
      "INPUT",
      "-m",
      "statistic",
      "--mode",
      "random",
      "--probability",
      "0.1",
      "-s",
      "10.77.0.1",
      "-j",
      "DROP",
    ),
  );
  await attempt("delay", () =>
    rule("PREROUTING", "-t", "nat", "-p", "tcp", "--dport", "7000", "-j", "REDIRECT", "--to-ports", "7100"),
  );
  const place = mkdtempSync(join(folder, "mount-"));
  await attempt("disk", async () => {
    await makeDisk(join(folder, "trial.img"), place, 16);
    await runProgram("umount", place);
  });
  rmSync(join(folder, "trial.img"), { force: true });
  rmdirSync(place);
  const noDisk = missing.get("disk");
  if (noDisk !== undefined) missing.set("slow disk", noDisk);
  else {
    await attempt("slow disk", async () => {
      if (!existsSync(join(BLKIO, "blkio.throttle.write_iops_device"))) {
        throw new Error("the blkio controller of cgroup v1 is not mounted");
      }
      const group = join(BLKIO, `quorumbook-trial-${process.pid}`);
      mkdirSync(group);
      rmdirSync(group);
    });
  }
  return missing;
}

/** A file system of its own in a file. @param mib its size; the file takes only what is written */
export async function makeDisk(image: string, place: string, mib: number): Promise<void> {
  await runProgram("truncate", "-s", `${mib}M`, image);
  // Without room that is kept for root, which the nodes are here.
  await runProgram("mkfs.ext4", "-q", "-F", "-m", "0", image);
  await runProgram("mount", "-o", "loop", image, place);
}

/** A control group of processes whose writes to one device may be slowed down. */
export class WriteThrottle {
  readonly #folder: string;

  constructor(name: string) {
    this.#folder = join(BLKIO, name);
    mkdirSync(this.#folder);
  }

  /** A process that writes its id here is a member, and its children are. */
  get membersFile(): string {
    return join(this.#folder, "cgroup.procs");
  }

  /** @param device as `major:minor` @param perSecond write requests; 0: as many as it can */
  limit(device: string, perSecond: number): void {
    writeFileSync(join(this.#folder, "blkio.throttle.write_iops_device"), `${device} ${perSecond}`);
  }
}

/** Removes the control groups of this name, once their processes are gone. */
export function removeThrottles(names: readonly string[]): void {
  for (const name of names) {
    const folder = join(BLKIO, name);
    if (existsSync(folder)) rmdirSync(folder);
  }
}
