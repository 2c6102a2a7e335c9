// `capacity`: what one bet costs a node, for who has to size machines: CPU time of the leader and of a follower, bytes in
// the log, syncs, and bytes sent between nodes. Three game nodes as processes, each write synced, bets
// at a fixed rate.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type NodeProcess, TestCluster } from "../packages/node-server/test/integration/support/cluster.ts";
import { type Row, rowOf } from "./lib/report.ts";
import { makeBettors, openGames } from "./load/bettors.ts";
import { loadOverHttp } from "./load/http-load.ts";

const BETS_PER_SECOND = 500;
const CONNECTIONS = 32;
const BETTORS = 200;
const GAMES = 100;
const MEASURE_MS = 10_000;
const RUNS = 3;
/** USER_HZ of Linux. */
const TICKS_PER_SECOND = 100;

export async function benchCapacity(): Promise<Row[]> {
  const cluster = await TestCluster.start({ QUORUMBOOK_BANKROLL: "100000000000" });
  try {
    const { leader, followers } = await cluster.roles();
    const [follower] = followers;
    if (follower === undefined) throw new Error("a cluster without followers");
    const tokens = await makeBettors(cluster, BETTORS);
    const games = await openGames(leader, GAMES);
    const bet = async (warmMs: number, measureMs: number): Promise<number> => {
      const { acceptedPerSecond } = await loadOverHttp({
        ports: [leader.httpPort],
        tokens,
        games,
        policy: "any",
        connections: CONNECTIONS,
        perSecond: BETS_PER_SECOND,
        warmMs,
        measureMs,
      });
      return Math.round((acceptedPerSecond * measureMs) / 1_000);
    };
    await bet(1_000, 5_000);
    const samples: Record<string, number[]> = {};
    const note = (name: string, value: number): void => void (samples[name] ??= []).push(value);
    let placed = 0;
    for (let run = 0; run < RUNS; run += 1) {
      const before = [await look(leader), await look(follower)];
      const bets = await bet(0, MEASURE_MS);
      const after = [await look(leader), await look(follower)];
      placed += bets;
      for (const [at, who] of ["leader", "follower"].entries()) {
        const spent = (what: keyof Look): number =>
          ((after[at]?.[what] ?? 0) - (before[at]?.[what] ?? 0)) / bets;
        note(`cpu_us_per_bet.${who}`, spent("cpuUs"));
        note(`syncs_per_bet.${who}`, spent("syncs"));
        if (who === "follower") {
          note("log_bytes_per_bet", spent("log"));
          note("lan_bytes_per_bet", spent("received"));
        }
      }
    }
    return [
      ...Object.entries(samples).map(([name, values]) => rowOf(`capacity.${name}`, unitOf(name), values)),
      rowOf("capacity.bets", "1", [placed]),
    ];
  } finally {
    await cluster.stop();
  }
}

function unitOf(name: string): string {
  if (name.startsWith("cpu")) return "us";
  return name.startsWith("syncs") ? "1" : "bytes";
}

interface Look {
  readonly cpuUs: number;
  /** Writes to the disk, each with its sync, by the node's own count. The kernel's count of bytes is of whole folios. */
  readonly syncs: number;
  /** Of the log, whose files are made longer than what is in them. */
  readonly log: number;
  /** From other nodes, by the kernel's count for each connection. */
  readonly received: number;
}

async function look(node: NodeProcess): Promise<Look> {
  const { pid } = node;
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[11]) + Number(fields[12]);
  const metrics = await (await fetch(`http://127.0.0.1:${node.httpPort}/metrics`)).text();
  const syncs = /^quorumbook_raft_persist_seconds_count (\d+)/m.exec(metrics)?.[1];
  return {
    cpuUs: (ticks * 1_000_000) / TICKS_PER_SECOND,
    syncs: Number(syncs),
    log: logBytes(node.dataDir),
    received: receivedBytes(node),
  };
}

function logBytes(dataDir: string): number {
  const folder = join(dataDir, "log");
  const files = readdirSync(folder).filter((name) => name.endsWith(".log"));
  return files.reduce((sum, name) => sum + usedBytes(readFileSync(join(folder, name))), 0);
}

/** Up to the zeros at the end, which a file has before anything is written there. */
function usedBytes(bytes: Buffer): number {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return end;
}

/** What came in on the connections that the other nodes have made to this one. */
function receivedBytes({ raftPort }: NodeProcess): number {
  const lines = execFileSync("ss", ["-tinHO", "state", "established"], { encoding: "utf8" }).split("\n");
  const own = lines.filter((line) => line.split(/\s+/)[2]?.endsWith(`:${raftPort}`));
  return own.reduce((sum, line) => sum + Number(/bytes_received:(\d+)/.exec(line)?.[1] ?? 0), 0);
}
