// `http`: bets over REST at three nodes as processes, each with its own disk directory and every write synced, beside the
// bare path of the same machine behind the same HTTP. The load's share of the two cores is counted in.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TestCluster } from "../packages/node-server/test/integration/support/cluster.ts";
import type { BareHttpOptions } from "./http/bare-server.ts";
import { benchCarriers } from "./http/carriers.ts";
import { type Child, startChild } from "./lib/child.ts";
import { type Row, rowOf } from "./lib/report.ts";
import { makeBettors, openGames, type Policy } from "./load/bettors.ts";
import { loadOverHttp } from "./load/http-load.ts";
import type { Tallied } from "./load/tally.ts";

const RUNS = 3;
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
  { name: "games100.c32", games: "games100", connections: 32, policy: "any" },
  { name: "games100.c128", games: "games100", connections: 128, policy: "any" },
  { name: "games100.c128.better", games: "games100", connections: 128, policy: "better" },
  { name: "games100.c128.exact", games: "games100", connections: 128, policy: "exact" },
  { name: "hot.c32", games: "hot", connections: 32, policy: "any" },
  { name: "hot.c128", games: "hot", connections: 128, policy: "any" },
  { name: "hot.c128.better", games: "hot", connections: 128, policy: "better" },
];
/** Many more than can be served at once: the node has to say no, and to go on. */
const FLOOD: Case = { name: "flood", games: "games100", connections: 6_000, policy: "any" };
const HELD_CASE: Case = { name: "hot_1m.c128", games: "hot_1m", connections: 128, policy: "any" };

export async function benchHttp(): Promise<Row[]> {
  const bare = await startBare();
  try {
    const rows = await measure("uws", bare.port, true);
    const onWs = await measure("ws", bare.port, false);
    return [...rows, ...onWs.map((row) => ({ ...row, name: `${row.name}.ws` })), ...(await benchCarriers())];
  } finally {
    await bare.stop();
  }
}

/** @param whole all cases and figures; else the two that tell the carriers apart */
async function measure(sockets: "uws" | "ws", barePort: number, whole: boolean): Promise<Row[]> {
  const cluster = await TestCluster.start({ QUORUMBOOK_SOCKETS: sockets, QUORUMBOOK_BANKROLL: BANKROLL });
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
      await run(CASES[0] as Case, { ports: [barePort], connections });
    const cases = whole ? CASES : CASES.filter(({ name }) => name === "games100.c128" || name === "hot.c128");
    await run(cases[0] as Case, { measureMs: FIRST_MS });
    await bare(32);
    const samples = new Map<string, Tallied[]>();
    const bares = new Map<number, number[]>();
    const note = (name: string, tallied: Tallied): void => {
      samples.set(name, [...(samples.get(name) ?? []), tallied]);
    };
    for (let round = 0; round < RUNS; round += 1) {
      for (const what of cases) note(what.name, await run(what));
      for (const connections of [32, 128]) {
        bares.set(connections, [
          ...(bares.get(connections) ?? []),
          (await bare(connections)).acceptedPerSecond,
        ]);
      }
    }
    let terms = 0;
    if (whole) {
      const { term } = await first.cluster();
      note(FLOOD.name, await run(FLOOD, { warmMs: 2_000, measureMs: 2 * MEASURE_MS }));
      terms = (await first.cluster()).term - term;
      await hold(HELD, run);
      for (let round = 0; round < RUNS; round += 1) note(HELD_CASE.name, await run(HELD_CASE));
      const rate = samples.get("games100.c128")?.map(({ acceptedPerSecond }) => acceptedPerSecond) ?? [];
      const perSecond = Math.min(...rate) / 2;
      const halfLoad = { measureMs: 3 * MEASURE_MS, perSecond };
      for (let round = 0; round < RUNS; round += 1) note("half_load", await run(CASES[1] as Case, halfLoad));
    }
    if (!whole) return rowsOf(cases, samples, bares);
    const rows = rowsOf([...cases, FLOOD, HELD_CASE], samples, bares);
    return [...rows, rowOf("http.flood_terms", "1", [terms])];
  } finally {
    await cluster.stop();
  }
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

function rowsOf(
  cases: readonly Case[],
  samples: ReadonlyMap<string, readonly Tallied[]>,
  bares: ReadonlyMap<number, readonly number[]>,
): Row[] {
  const rows: Row[] = [];
  for (const { name, connections } of cases) {
    const all = samples.get(name) ?? [];
    const of = (what: "acceptedPerSecond" | "p50" | "p99" | "p999"): number[] =>
      all.map((each) => each[what]);
    rows.push(rowOf(`http.per_s.${name}`, "1/s", of("acceptedPerSecond"), bares.get(connections)));
    rows.push(rowOf(`http.p50_ms.${name}`, "ms", of("p50")), rowOf(`http.p99_ms.${name}`, "ms", of("p99")));
    rows.push(rowOf(`http.p999_ms.${name}`, "ms", of("p999")));
    const refused: Record<string, number> = {};
    for (const { refusals } of all) {
      for (const [code, count] of Object.entries(refusals)) refused[code] = (refused[code] ?? 0) + count;
    }
    for (const [code, count] of Object.entries(refused)) {
      rows.push(
        rowOf(`http.refused_per_s.${name}.${code}`, "1/s", [(count * 1_000) / MEASURE_MS / all.length]),
      );
    }
  }
  const half = samples.get("half_load");
  if (half !== undefined) {
    rows.push(
      rowOf(
        "http.p99_ms.half_load",
        "ms",
        half.map(({ p99 }) => p99),
      ),
    );
    rows.push(
      rowOf(
        "http.per_s.half_load",
        "1/s",
        half.map(({ acceptedPerSecond }) => acceptedPerSecond),
      ),
    );
  }
  return rows;
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
