import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, rmSync, statfsSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { ManagedProcess } from "../cluster/managed-process.ts";
import type { NodeReport } from "../cluster/supervisor.ts";
import { isSystemError } from "../cluster/process-identity.ts";
import { programs } from "../cluster/process-plan.ts";
import { runProgram } from "../lib/run-program.ts";
import { projectRoot, sourceFlags } from "../lib/source-paths.ts";
import { findFaketime, makeDisk, type Means, WriteThrottle } from "./means.ts";

export const HTTP_PORT = 8090;
export const RAFT_PORT = 7000;
const WIRE_PORT = 7100;
/**
 * Room for the log of a long run, two snapshots, and the reserve below which a leader hands over. Each start of a node
 * begins a log file of 16 MiB, and all are kept until a snapshot; half an hour has some forty starts.
 */
const DISK_MIB = 1024;
const MIB = 1 << 20;
const BOOKKEEPING_MIB = 4;
export const HUB = "quorumbook";

/** Where machines stand. */
export interface Site {
  /** A temporary folder for everything; its name is nobody else's. */
  readonly folder: string;
  /** The first three numbers of all addresses, as `10.77.0`. */
  readonly network: string;
  readonly missing: ReadonlyMap<Means, string>;
  /** Whether Raft connections go through wires that can delay them. */
  readonly wired: boolean;
  readonly say: (line: string) => void;
}

/** A game node with a network namespace, a disk and a clock of its own, as far as they can be had. */
export class Machine {
  readonly nodeId: string;
  readonly address: string;
  readonly node: ManagedProcess;
  readonly #site: Site;
  /** Holds the network namespace. */
  readonly #wire: ChildProcess | undefined;
  readonly #throttle: WriteThrottle | undefined;
  readonly #device: string;
  readonly #folder: string;

  private constructor(
    site: Site,
    number: number,
    env: Readonly<Record<string, string>>,
    wire: ChildProcess | undefined,
    device: string,
  ) {
    this.nodeId = `node${number}`;
    this.address = `${site.network}.${number}`;
    this.#site = site;
    this.#wire = wire;
    this.#device = device;
    this.#folder = folderOf(site, this.nodeId);
    this.#throttle = site.missing.has("slow disk")
      ? undefined
      : new WriteThrottle(throttleName(site, number));
    if (!site.missing.has("clock")) this.setClock(0);
    this.node = new ManagedProcess(
      {
        name: this.nodeId,
        args: [
          ...sourceFlags,
          `--import=${join(projectRoot, "scripts/cluster/exit-with-parent.ts")}`,
          programs.node,
        ],
        through: this.#through(),
        env: {
          ...env,
          ...this.#clockEnv(),
          QUORUMBOOK_HOST: this.address,
          QUORUMBOOK_HTTP_PORT: String(HTTP_PORT),
          QUORUMBOOK_RAFT_PORT: String(RAFT_PORT),
          QUORUMBOOK_NODE_ID: this.nodeId,
          QUORUMBOOK_NODE_DATA: join(this.#disk, "data"),
        },
        logFile: join(site.folder, `${this.nodeId}.log`),
        readyUrl: `${this.origin}/readyz`,
      },
      { changed: () => undefined, said: site.say },
    );
  }

  /** Builds it, without starting the node. */
  static async build(site: Site, number: number, env: Readonly<Record<string, string>>): Promise<Machine> {
    const nodeId = `node${number}`;
    const folder = folderOf(site, nodeId);
    mkdirSync(join(folder, "disk"), { recursive: true });
    let device = "";
    if (!site.missing.has("disk")) {
      await makeDisk(join(folder, "disk.img"), join(folder, "disk"), DISK_MIB);
      device = (await runProgram("findmnt", "-no", "MAJ:MIN", join(folder, "disk"))).trim();
    }
    const address = `${site.network}.${number}`;
    const wire = site.missing.has("network") ? undefined : await layWire(address);
    const machine = new Machine(site, number, env, wire, device);
    if (wire !== undefined) await machine.#connect(number);
    return machine;
  }

  get origin(): string {
    return `http://${this.address}:${HTTP_PORT}`;
  }

  get report(): NodeReport {
    const { state, restarts, identity } = this.node;
    const name = this.nodeId;
    return {
      name,
      pid: identity?.pid ?? null,
      state,
      restarts,
      httpPort: HTTP_PORT,
      raftPort: RAFT_PORT,
    };
  }

  /** What others send to it, it to them, or both, is dropped. */
  async cutFrom(others: readonly Machine[], direction: "both" | "in" | "out"): Promise<void> {
    for (const { address } of others) {
      if (direction !== "out")
        await this.#inside("iptables", "-w", "-A", "INPUT", "-s", address, "-j", "DROP");
      if (direction !== "in")
        await this.#inside("iptables", "-w", "-A", "OUTPUT", "-d", address, "-j", "DROP");
    }
  }

  /** Of what others send to it, this share is lost. */
  async lose(others: readonly Machine[], percent: number): Promise<void> {
    const share = ["-m", "statistic", "--mode", "random", "--probability", String(percent / 100)];
    for (const { address } of others) {
      await this.#inside("iptables", "-w", "-A", "INPUT", "-s", address, ...share, "-j", "DROP");
    }
  }

  /** Takes back what `cutFrom` and `lose` did. */
  async mend(): Promise<void> {
    await this.#inside("iptables", "-w", "-F");
  }

  /** Pulls the cable out, or puts it back: nobody is heard any more, clients and auth-server included. */
  async plug(state: "up" | "down"): Promise<void> {
    await runProgram("ip", "link", "set", `qb-${this.nodeId}`, state);
  }

  /** Whatever peers send to it arrives so much later. */
  delay(delayMs: number, jitterMs: number): void {
    this.#wire?.stdin?.write(`${JSON.stringify({ delayMs, jitterMs })}\n`);
  }

  /** @param leaveMib what is left free */
  async fillDisk(leaveMib: number): Promise<void> {
    const { bavail, bsize } = statfsSync(this.#disk);
    const filler = join(this.#disk, "filler");
    // The file system needs some of it to note what is whose.
    const bytes = bavail * bsize - Math.max(leaveMib, BOOKKEEPING_MIB) * MIB;
    if (bytes > 0) await runProgram("fallocate", "-l", String(bytes), filler);
    if (leaveMib === 0) fillUp(filler);
  }

  emptyDisk(): void {
    rmSync(join(this.#disk, "filler"), { force: true });
  }

  /** @param perSecond write requests that the disk takes; 0: as many as it can */
  slowDisk(perSecond: number): void {
    this.#throttle?.limit(this.#device, perSecond);
  }

  /** Sets the node's wall clock off by so much; it sees that within a second. Its monotonic clock goes on. */
  setClock(offsetSeconds: number): void {
    writeFileSync(this.#clockFile, `${offsetSeconds < 0 ? "" : "+"}${offsetSeconds}\n`);
  }

  /** Ends the node, and the namespace with its wire. The disk goes with the mount namespace. */
  async close(): Promise<void> {
    await this.node.stop();
    if (this.#wire === undefined) return;
    this.#wire.stdin?.end();
    if (this.#wire.exitCode === null) await once(this.#wire, "exit");
  }

  get #disk(): string {
    return join(this.#folder, "disk");
  }

  get #clockFile(): string {
    return join(this.#folder, "clock");
  }

  #clockEnv(): Record<string, string> {
    const library = this.#site.missing.has("clock") ? undefined : findFaketime();
    if (library === undefined) return {};
    return {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: this.#clockFile,
      FAKETIME_CACHE_DURATION: "1",
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
    };
  }

  #through(): readonly string[] {
    const network = this.#wire === undefined ? [] : ["nsenter", `--net=/proc/${this.#wire.pid}/ns/net`, "--"];
    if (this.#throttle === undefined) return network;
    return ["sh", "-c", 'echo $$ > "$0" && exec "$@"', this.#throttle.membersFile, ...network];
  }

  async #connect(number: number): Promise<void> {
    const pid = String(this.#wire?.pid);
    const cable = `qb-${this.nodeId}`;
    await runProgram("ip", "link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", pid);
    await runProgram("ip", "link", "set", cable, "master", HUB, "up");
    await this.#inside("ip", "link", "set", "lo", "up");
    await this.#inside("ip", "addr", "add", `${this.#site.network}.${number}/24`, "dev", "eth0");
    await this.#inside("ip", "link", "set", "eth0", "up");
    if (!this.#site.wired) return;
    const turned = [
      "-p",
      "tcp",
      "--dport",
      String(RAFT_PORT),
      "-j",
      "REDIRECT",
      "--to-ports",
      String(WIRE_PORT),
    ];
    await this.#inside("iptables", "-w", "-t", "nat", "-A", "PREROUTING", ...turned);
  }

  async #inside(program: string, ...args: readonly string[]): Promise<void> {
    await runProgram("nsenter", `--net=/proc/${this.#wire?.pid}/ns/net`, "--", program, ...args);
  }
}

/** The control group of a machine, for whoever tidies up afterwards. */
export function throttleName({ folder }: Pick<Site, "folder">, number: number): string {
  return `${folder.slice(folder.lastIndexOf("/") + 1)}-node${number}`;
}

/** Appends to a file until there is no room for a single block more. */
function fillUp(path: string): void {
  const file = openSync(path, "a");
  try {
    for (const bytes of [MIB, 64 * 1024, 4096]) appendUntilFull(file, Buffer.alloc(bytes));
  } finally {
    closeSync(file);
  }
}

function appendUntilFull(file: number, chunk: Buffer): void {
  for (;;) {
    try {
      writeSync(file, chunk);
    } catch (error) {
      if (isSystemError(error, "ENOSPC")) return;
      throw error;
    }
  }
}

function folderOf({ folder }: Site, nodeId: string): string {
  return join(folder, nodeId);
}

async function layWire(address: string): Promise<ChildProcess> {
  const script = join(import.meta.dirname, "wire.ts");
  const command = ["--net", "--", process.execPath, script, address, String(WIRE_PORT), String(RAFT_PORT)];
  const wire = spawn("unshare", command, { stdio: ["pipe", "pipe", "inherit"] });
  wire.stdin.on("error", () => wire.stdin.destroy());
  await once(wire.stdout, "data");
  return wire;
}
