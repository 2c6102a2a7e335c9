// A node whose disk fills: a small tmpfs under its data directory, and a file that takes up the rest of it.
import { execFile } from "node:child_process";
import { mkdir, statfs, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { RaftTuning } from "../../src/index.ts";
import { type Audit, audit } from "../integration/audit.ts";
import { Cluster, until } from "../integration/cluster.ts";
import { Writers } from "../integration/writers.ts";

const run = promisify(execFile);

/** Small enough to fill at once; with a reserve, large enough for one. */
const DISK_MIB = 24;
const DISK_WITH_RESERVE_MIB = 96;
const LEFT_BYTES = 1 << 20;
/** Enough for what is written until the leader looks at its disk, and for some more as a follower. */
const RESERVE_BYTES = 48 << 20;
const CLIENTS = 12;
const PAD_BYTES = 2000;
/** Some twelve megabytes of log: more than is left on the disk. */
const WRITES = 6000;

/** Why there can be no small disk here; undefined if there can. */
export async function whyNoSmallDisk(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return "mounting a tmpfs needs root";
  const place = join("/tmp", `raft-store-mount-${process.pid}`);
  await mkdir(place);
  try {
    await mount(place);
    await run("umount", [place]);
    return undefined;
  } catch (error) {
    return `no tmpfs can be mounted here: ${(error as Error).message.trim()}`;
  } finally {
    await run("rmdir", [place]);
  }
}

export interface DiskFilled {
  readonly acknowledged: number;
  /** How the node ended. 70: by the `fatal` event, as it should. */
  readonly exit: number | string;
  readonly audit: Audit;
}

/** The disk of the leader, or of a follower, fills under load; the others go on; with room again it comes back. */
export async function fillDisk(whose: "leader" | "follower"): Promise<DiskFilled> {
  return await onSmallDisks({}, async (cluster, writers) => {
    const leader = await cluster.leader();
    const id =
      whose === "leader" ? leader : ([...cluster.nodes.keys()].find((one) => one !== leader) as string);
    const filler = await fill(cluster.dataDir(id), LEFT_BYTES);
    const exit = await cluster.node(id).exited;
    await writers.progress(WRITES / 4);
    await unlink(filler);
    await cluster.startNode(id);
    await writers.progress(WRITES / 4);
    await writers.stop();
    return { acknowledged: writers.acknowledged.size, exit, audit: await audit(cluster, writers) };
  });
}

/** With `lowSpaceBytes` a leader that has less hands over, and lives on; nobody's write is lost or refused for good. */
export async function runLow(): Promise<Omit<DiskFilled, "exit"> & { readonly tookOver: boolean }> {
  return await onSmallDisks({ lowSpaceBytes: RESERVE_BYTES }, async (cluster, writers) => {
    const before = await cluster.leader();
    const filler = await fill(cluster.dataDir(before), RESERVE_BYTES - (4 << 20));
    await until(async () => ((await cluster.leader()) === before ? undefined : true));
    await writers.progress(100);
    const tookOver = (await cluster.leader()) !== before && cluster.node(before).alive;
    await unlink(filler);
    await writers.progress(WRITES / 4);
    await writers.stop();
    return { acknowledged: writers.acknowledged.size, tookOver, audit: await audit(cluster, writers) };
  });
}

async function onSmallDisks<T>(
  tuning: RaftTuning,
  work: (cluster: Cluster, writers: Writers) => Promise<T>,
): Promise<T> {
  const places: string[] = [];
  let cluster: Cluster | undefined;
  const small: RaftTuning = {
    snapshotAfterBytes: 2 << 20,
    trailingLogBytes: 1 << 20,
    segmentBytes: 512 << 10,
  };
  try {
    cluster = await Cluster.start({ ...small, ...tuning }, async (dataDir) => {
      await mkdir(dataDir, { recursive: true });
      await mount(dataDir, tuning.lowSpaceBytes === undefined ? DISK_MIB : DISK_WITH_RESERVE_MIB);
      places.push(dataDir);
    });
    const writers = new Writers(cluster, CLIENTS, PAD_BYTES);
    await writers.progress(500);
    return await work(cluster, writers);
  } finally {
    for (const node of cluster?.nodes.values() ?? []) node.signal("SIGKILL");
    await Promise.all([...(cluster?.nodes.values() ?? [])].map((node) => node.exited));
    for (const place of places) await run("umount", [place]);
    await cluster?.stop();
  }
}

async function mount(place: string, mib = DISK_MIB): Promise<void> {
  await run("mount", ["-t", "tmpfs", "-o", `size=${mib}m`, "tmpfs", place]);
}

/** @returns the file that leaves only so many bytes free */
async function fill(directory: string, leftBytes: number): Promise<string> {
  const { bavail, bsize } = await statfs(directory);
  const path = join(directory, "filler");
  try {
    await writeFile(path, Buffer.alloc(Math.max(0, bavail * bsize - leftBytes)));
  } catch (error) {
    // The writers have used what was to be left.
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  }
  return path;
}
