// `http`: bets over REST at three nodes as processes, each with its own disk directory and every write synced, beside the
// bare path of the same machine behind the same HTTP, beside PostgreSQL with the bet as one stored procedure, and beside the
// same nodes on NATS. The load's share of the two cores is counted in.
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TestCluster } from "../packages/node-server/test/integration/support/cluster.ts";
import type { BareHttpOptions } from "./http/bare-server.ts";
import { benchCarriers } from "./http/carriers.ts";
import { startPostgresPeers, type Peer } from "./http/postgres-peers.ts";
import { startNats } from "./lib/start-nats.ts";
import { type Child, startChild } from "./lib/child.ts";
import { median, type Row, rowOf } from "./lib/report.ts";
import { makeBettors, openGames, type Policy } from "./load/bettors.ts";
import { loadOverHttp } from "./load/http-load.ts";
import type { Tallied } from "./load/tally.ts";

const ROUNDS = 3;
const WARM_MS = 500;
const MEASURE_MS = 1_500;
/** The first load warms compilers up. */
const FIRST_MS = 5_000;
const BETTORS = 1_000;
/** Bets in the game that is hot already. */
const HELD = 1_000_000;
const HELD_CONNECTIONS = 512;
const BANKROLL = "100000000000";

interface Case {
  readonly name: string;
  readonly games: "games100" | "hot" | "hot_1m";
  readonly connections: number;
  readonly policy: Policy;
}

const CASES: readonly Case[] = [
  { name: "games100.c4", games: "games100", connections: 4, policy: "any" },
  { name: "games100.c32", games: "games100", connections: 32, policy: "any" },
  { name: "games100.c128", games: "games100", connections: 128, policy: "any" },
  { name: "games100.c128.better", games: "games100", connections: 128, policy: "better" },
  { name: "games100.c128.exact", games: "games100", connections: 128, policy: "exact" },
  { name: "hot.c4", games: "hot", connections: 4, policy: "any" },
  { name: "hot.c32", games: "hot", connections: 32, policy: "any" },
  { name: "hot.c128", games: "hot", connections: 128, policy: "any" },
  { name: "hot.c128.better", games: "hot", connections: 128, policy: "better" },
];
/** Many more than can be served at once: the node has to say no, and to go on. */
const FLOOD: Case = { name: "flood", games: "games100", connections: 6_000, policy: "any" };
/** Also what the bare path is asked with, as much as the case that it stands beside. */
const WARMING: Case = { name: "warming", games: "games100", connections: 32, policy: "any" };
const HELD_CASE: Case = { name: "hot_1m.c128", games: "hot_1m", connections: 128, policy: "any" };

export interface HttpOptions {
  /**
   * Names of cases, or their beginnings with a `*`, and of parts: `postgres`, `nats`, `flood`, `hot_1m`, `half_load`, `ws`, `carriers`.
   * Without, everything.
   */
  readonly only?: readonly string[];
  readonly rounds?: number;
}

/** What of the bench is to be run. */
interface Choice {
  readonly has: (part: string) => boolean;
  readonly rounds: number;
}

export async function benchHttp({ only, rounds = ROUNDS }: HttpOptions = {}): Promise<Row[]> {
  const has = (part: string): boolean =>
    only === undefined ||
    only.some((one) => part === one || (one.endsWith("*") && part.startsWith(one.slice(0, -1))));
  const choice: Choice = { has, rounds };
  const folder = await mkdtemp(join(tmpdir(), "quorumbook-bench-peers-"));
  // PostgreSQL runs as a user of its own.
  await chmod(folder, 0o755);
  const bare = await startBare();
  const peers: Peer[] = [];
  try {
    if (has("postgres")) peers.push(...(await startPostgresPeers(folder, BETTORS)));
    const rows = await measure({ QUORUMBOOK_SOCKETS: "uws" }, bare.port, choice, peers);
    for (const peer of peers.splice(0)) await peer.stop();
    if (has("nats")) rows.push(...(await measureOnNats(folder, bare.port, choice)));
    if (has("ws")) {
      const onWs = await measure({ QUORUMBOOK_SOCKETS: "ws" }, bare.port, inBrief(choice));
      rows.push(...onWs.map((row) => ({ ...row, name: `${row.name}.ws` })));
    }
    if (has("carriers")) rows.push(...(await benchCarriers()));
    return rows;
  } finally {
    await bare.stop();
    for (const peer of peers) await peer.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The two cases that tell one way from another. */
function inBrief({ rounds }: Choice): Choice {
  return { rounds, has: (part) => part === "games100.c128" || part === "hot.c128" };
}

async function measureOnNats(folder: string, barePort: number, choice: Choice): Promise<Row[]> {
  const nats = await startNats(folder, true);
  if (nats === undefined) return [];
  try {
    const env = { QUORUMBOOK_SOCKETS: "uws", QUORUMBOOK_LOG: nats.servers.url };
    const rows = await measure(env, barePort, inBrief(choice));
    return rows.map((row) => ({ ...row, name: `${row.name}.on_nats` }));
  } finally {
    await nats.servers.stop();
  }
}

async function measure(
  env: Readonly<Record<string, string>>,
  barePort: number,
  { has, rounds }: Choice,
  peers: readonly Peer[] = [],
): Promise<Row[]> {
  const cluster = await TestCluster.start({ ...env, QUORUMBOOK_BANKROLL: BANKROLL });
  try {
    const [first] = cluster.nodes;
    if (first === undefined) throw new Error("a cluster without nodes");
    const tokens = await makeBettors(cluster, BETTORS);
    const games = await openGames(first, 102);
    const sets = { games100: games.slice(2), hot: games.slice(0, 1), hot_1m: games.slice(1, 2) };
    const ports = cluster.nodes.map(({ httpPort }) => httpPort);
    const run = async (what: Case, more: object = {}): Promise<Tallied> =>
      await loadOverHttp({
        ...what,
        ports,
        tokens,
        games: sets[what.games],
        warmMs: WARM_MS,
        measureMs: MEASURE_MS,
        ...more,
      });
    const bare = async (connections: number): Promise<Tallied> =>
      await run(WARMING, { ports: [barePort], connections });
    const cases = CASES.filter(({ name }) => has(name));
    await run(WARMING, { measureMs: FIRST_MS });
    await bare(32);
    const samples = new Map<string, Tallied[]>();
    const note = (name: string, tallied: Tallied): void => {
      samples.set(name, [...(samples.get(name) ?? []), tallied]);
    };
    for (const peer of peers) await onPeer(peer, WARMING);
    for (let round = 0; round < rounds; round += 1) {
      for (const what of cases) {
        note(what.name, await run(what));
        if (what.policy !== "any") continue;
        for (const peer of peers) note(`${what.name}.${peer.name}`, await onPeer(peer, what));
      }
      for (const connections of new Set(cases.map((what) => what.connections))) {
        note(bareName(connections), await bare(connections));
      }
    }
    const rows = rowsOf(cases, samples, peers);
    if (has("flood")) {
      const { term } = await first.cluster();
      note(FLOOD.name, await run(FLOOD, { warmMs: 2_000, measureMs: 2 * MEASURE_MS }));
      rows.push(
        ...rowsOf([FLOOD], samples),
        rowOf("http.flood_terms", "1", [(await first.cluster()).term - term]),
      );
    }
    if (has(HELD_CASE.name)) {
      await hold(HELD, run);
      for (let round = 0; round < rounds; round += 1) note(HELD_CASE.name, await run(HELD_CASE));
      rows.push(...rowsOf([HELD_CASE], samples));
    }
    const rate = perSecondOf(samples, "games100.c128");
    if (has("half_load") && rate.length > 0) {
      const halfLoad = { measureMs: 3 * MEASURE_MS, perSecond: Math.min(...rate) / 2 };
      for (let round = 0; round < rounds; round += 1)
        note("half_load", await run(WARMING, { ...halfLoad, connections: 128 }));
      const p99 = samples.get("half_load")?.map((each) => each.p99) ?? [];
      rows.push(rowOf("http.p99_ms.half_load", "ms", p99));
      rows.push(rowOf("http.per_s.half_load", "1/s", perSecondOf(samples, "half_load")));
    }
    return rows;
  } finally {
    await cluster.stop();
  }
}

function onPeer(peer: Peer, { games, connections }: Case): Promise<Tallied> {
  const load = { connections, warmMs: WARM_MS, measureMs: MEASURE_MS };
  return peer.run({ ...load, games: games === "games100" ? games : "hot" });
}

/** Places bets on the game until it holds so many. */
async function hold(count: number, run: (what: Case, more: object) => Promise<Tallied>): Promise<void> {
  for (let held = 0; held < count; ) {
    const { acceptedPerSecond } = await run(HELD_CASE, {
      connections: HELD_CONNECTIONS,
      warmMs: 0,
      measureMs: 5_000,
    });
    if (acceptedPerSecond < 1) throw new Error("no bets are taken");
    held += acceptedPerSecond * 5;
    process.stderr.write(`${Math.round(held)} bets in the hot game\n`);
  }
}

type Samples = ReadonlyMap<string, readonly Tallied[]>;

function bareName(connections: number): string {
  return `bare.c${connections}`;
}

function perSecondOf(samples: Samples, name: string): number[] {
  return (samples.get(name) ?? []).map(({ acceptedPerSecond }) => acceptedPerSecond);
}

function rowsOf(cases: readonly Case[], samples: Samples, peers: readonly Peer[] = []): Row[] {
  const rows: Row[] = [];
  for (const what of cases) {
    const { name, connections } = what;
    const all = samples.get(name) ?? [];
    const of = (figure: "p50" | "p99" | "p999"): number[] => all.map((each) => each[figure]);
    const bare = perSecondOf(samples, bareName(connections));
    const peer = bestOfPeer(what, cases, samples);
    rows.push(
      rowOf(
        `http.per_s.${name}`,
        "1/s",
        perSecondOf(samples, name),
        bare.length === 0 ? undefined : bare,
        peer.length === 0 ? undefined : peer,
      ),
    );
    rows.push(rowOf(`http.p50_ms.${name}`, "ms", of("p50")), rowOf(`http.p99_ms.${name}`, "ms", of("p99")));
    rows.push(rowOf(`http.p999_ms.${name}`, "ms", of("p999")));
    rows.push(...refusedRows(name, all));
    if (what.policy !== "any") continue;
    for (const { name: system } of peers) {
      const theirs = samples.get(`${name}.${system}`) ?? [];
      rows.push(rowOf(`http.per_s.${name}.${system}`, "1/s", perSecondOf(samples, `${name}.${system}`)));
      rows.push(
        rowOf(
          `http.p99_ms.${name}.${system}`,
          "ms",
          theirs.map(({ p99 }) => p99),
        ),
      );
      rows.push(...refusedRows(`${name}.${system}`, theirs));
    }
  }
  return rows;
}

/** PostgreSQL with standbys at as many connections; on one hot game, where more of them only hinder it, at its best. */
function bestOfPeer(what: Case, cases: readonly Case[], samples: Samples): number[] {
  const same =
    what.games === "games100"
      ? cases.filter((each) => each.name === `games100.c${what.connections}`)
      : cases.filter(({ games }) => games === "hot");
  const each = same
    .map(({ name }) => perSecondOf(samples, `${name}.postgres`))
    .filter((all) => all.length > 0);
  return each.toSorted((a, b) => median(b) - median(a))[0] ?? [];
}

function refusedRows(name: string, all: readonly Tallied[]): Row[] {
  const refused: Record<string, number> = {};
  for (const { refusals } of all) {
    for (const [code, count] of Object.entries(refusals)) refused[code] = (refused[code] ?? 0) + count;
  }
  return Object.entries(refused).map(([code, count]) =>
    rowOf(`http.refused_per_s.${name}.${code}`, "1/s", [(count * 1_000) / MEASURE_MS / all.length]),
  );
}

interface Bare {
  readonly port: number;
  stop(): Promise<void>;
}

async function startBare(): Promise<Bare> {
  const folder = await mkdtemp(join(tmpdir(), "quorumbook-bench-http-"));
  const program = join(import.meta.dirname, "http/bare-server.ts");
  const children: Child[] = [];
  const start = async (options: BareHttpOptions): Promise<number> => {
    const child = startChild(program, { options });
    children.push(child);
    return (await child.ready) as number;
  };
  const stop = async (): Promise<void> => {
    for (const child of children) await child.kill();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const followers = await Promise.all(
      [1, 2].map((i) => start({ file: join(folder, `bare-${i}`), followers: [] })),
    );
    const port = await start({ file: join(folder, "bare-0"), followers });
    return { port, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
