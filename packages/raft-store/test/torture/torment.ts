// Three processes on loopback under load, and what is done to them: kill -9, SIGSTOP, all at once. After each blow the
// writers have to get on; at the end every ledger is held against what they were told.
import { type Audit, audit } from "../integration/audit.ts";
import { Cluster } from "../integration/cluster.ts";
import { Writers } from "../integration/writers.ts";

export type Blow = "kill-leader" | "kill-follower" | "stop-leader" | "kill-all";

/** Leader and followers in turn, and now and then something worse. */
const ROUND: readonly Blow[] = [
  "kill-leader",
  "kill-follower",
  "kill-leader",
  "kill-follower",
  "stop-leader",
  "kill-leader",
  "kill-follower",
  "kill-all",
];
const CLIENTS = 12;
const PAD_BYTES = 100;
/** Writes between a blow and the return of whom it hit, and between that and the next blow. */
const WRITES_AFTER_BLOW = 200;
const WRITES_BEFORE_BLOW = 300;
/** Far beyond any time-out: from here on it counts as an outage for good. */
const STUCK_MS = 60_000;
const STOPPED_MS = 5_000;

export interface Torment {
  readonly acknowledged: number;
  readonly unknown: number;
  /** For each kind of blow: for how long nobody's write was acknowledged around it, in milliseconds. */
  readonly outagesMs: ReadonlyMap<Blow, readonly number[]>;
  readonly audit: Audit;
}

export async function torment(forMs: number, tell: (line: string) => void): Promise<Torment> {
  // Small files and snapshots often, so that kills fall into every kind of write.
  const cluster = await Cluster.start({
    snapshotAfterBytes: 4 << 20,
    trailingLogBytes: 1 << 20,
    segmentBytes: 1 << 20,
  });
  const outagesMs = new Map<Blow, number[]>();
  try {
    const writers = new Writers(cluster, CLIENTS, PAD_BYTES);
    const until = performance.now() + forMs;
    for (let i = 0; performance.now() < until; i++) {
      const blow = ROUND[i % ROUND.length] as Blow;
      await inTime(writers.progress(WRITES_BEFORE_BLOW), `writes before ${blow}`);
      writers.takeLongestGapMs();
      const outageMs = await inTime(strike(cluster, writers, blow), blow);
      const known = outagesMs.get(blow) ?? [];
      outagesMs.set(blow, known);
      known.push(outageMs);
      tell(
        `${blow}: ${outageMs.toFixed(0)} ms without a write, ${writers.acknowledged.size} acknowledged so far`,
      );
    }
    await inTime(writers.progress(WRITES_BEFORE_BLOW), "the last writes");
    await writers.stop();
    return {
      acknowledged: writers.acknowledged.size,
      unknown: writers.unknown.size,
      outagesMs,
      audit: await audit(cluster, writers),
    };
  } finally {
    await cluster.stop();
  }
}

/** Deals the blow, sees that writes go on, and brings back whom it hit. Returns how long no write was acknowledged. */
async function strike(cluster: Cluster, writers: Writers, blow: Blow): Promise<number> {
  const ids = [...cluster.nodes.keys()];
  const leader = await cluster.leader();
  if (blow === "kill-all") {
    await Promise.all(ids.map((id) => cluster.kill(id)));
    await Promise.all(ids.map((id) => cluster.startNode(id)));
    await writers.progress(WRITES_AFTER_BLOW);
    return writers.takeLongestGapMs();
  }
  if (blow === "stop-leader") {
    cluster.node(leader).signal("SIGSTOP");
    const letGo = new Promise((resolve) => setTimeout(resolve, STOPPED_MS));
    await cluster.leader(ids.filter((id) => id !== leader));
    await letGo;
    const outageMs = writers.takeLongestGapMs();
    cluster.node(leader).signal("SIGCONT");
    await writers.progress(WRITES_AFTER_BLOW);
    return outageMs;
  }
  const followers = ids.filter((id) => id !== leader);
  const hit = blow === "kill-leader" ? leader : (followers[writers.acknowledged.size % 2] as string);
  await cluster.kill(hit);
  await writers.progress(WRITES_AFTER_BLOW);
  const outageMs = writers.takeLongestGapMs();
  await cluster.startNode(hit);
  return outageMs;
}

async function inTime<T>(wait: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const stuck = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`stuck for ${STUCK_MS / 1000} s: ${what}`)), STUCK_MS);
  });
  try {
    return await Promise.race([wait, stuck]);
  } finally {
    clearTimeout(timer);
  }
}
