// `curves`: how things grow. A bet's cost and room with the bets in the book, in one process; the time to an answer with
// the load, at three nodes as processes, each write synced.
import type { Command } from "@quorumbook/betting-core";
import { TestCluster } from "../packages/node-server/test/integration/support/cluster.ts";
import { bookWithGames, entries } from "./core/bets.ts";
import { applyBets, memory, SAMPLE } from "./core/measure.ts";
import { type Row, rowOf } from "./lib/report.ts";
import { makeBettors, openGames } from "./load/bettors.ts";
import { loadOverHttp } from "./load/http-load.ts";

const GAMES = 100;
/** Bets in the book where a sample is taken. */
const HELD = [100_000, 300_000, 1_000_000, 3_000_000, 10_000_000];
/** Samples in front of each of those, where there is room. */
const SAMPLES = 5;

const CONNECTIONS = 128;
/** In percent of what as many connections reach when each sends its next bet at once. */
const LOADS = [10, 25, 50, 75, 90];
const ROUNDS = 3;
const FIRST_MS = 5_000;
const WARM_MS = 500;
const MEASURE_MS = 2_500;
const BETTORS = 1_000;
const BANKROLL = "100000000000";

export async function benchCurves(): Promise<Row[]> {
  return [...(await bookRows()), ...(await loadRows())];
}

async function bookRows(): Promise<Row[]> {
  const before = await memory();
  const entry = entries();
  const book = bookWithGames(GAMES, entry);
  const rows: Row[] = [];
  let first = 0;
  for (const held of HELD) {
    const { perCpuSecond } = applyBets(
      { first, count: held - first, games: GAMES },
      (command) => book.apply(command, entry()).outcome.status === "accepted",
      (commands: readonly Command[]) => book.expect(commands),
    );
    first = held;
    const microseconds = perCpuSecond.slice(-SAMPLES).map((rate) => 1e6 / rate);
    rows.push(
      rowOf(`curves.us_per_bet.${label(held)}`, "µs", microseconds),
      rowOf(`curves.bytes_per_bet.${label(held)}`, "bytes", [((await memory()) - before) / held]),
    );
  }
  if (HELD.some((held) => held % SAMPLE !== 0)) throw new Error("sizes are whole samples");
  return rows;
}

function label(count: number): string {
  return count < 1e6 ? `${count / 1e3}k` : `${count / 1e6}m`;
}

async function loadRows(): Promise<Row[]> {
  const cluster = await TestCluster.start({ QUORUMBOOK_BANKROLL: BANKROLL });
  try {
    const [first] = cluster.nodes;
    if (first === undefined) throw new Error("a cluster without nodes");
    const tokens = await makeBettors(cluster, BETTORS);
    const games = await openGames(first, GAMES);
    const ports = cluster.nodes.map(({ httpPort }) => httpPort);
    const load = { ports, tokens, games, policy: "any", connections: CONNECTIONS, warmMs: WARM_MS } as const;
    await loadOverHttp({ ...load, measureMs: FIRST_MS });
    const most: number[] = [];
    const times = new Map(LOADS.map((percent) => [percent, { p50: [] as number[], p99: [] as number[] }]));
    const reached = new Map(LOADS.map((percent) => [percent, [] as number[]]));
    for (let round = 0; round < ROUNDS; round += 1) {
      const { acceptedPerSecond } = await loadOverHttp({ ...load, measureMs: MEASURE_MS });
      most.push(acceptedPerSecond);
      for (const percent of LOADS) {
        const perSecond = (acceptedPerSecond * percent) / 100;
        const tallied = await loadOverHttp({ ...load, measureMs: MEASURE_MS, perSecond });
        times.get(percent)?.p50.push(tallied.p50);
        times.get(percent)?.p99.push(tallied.p99);
        reached.get(percent)?.push(tallied.acceptedPerSecond);
      }
    }
    return [
      rowOf("curves.per_s.most", "1/s", most),
      ...LOADS.flatMap((percent) => [
        rowOf(`curves.per_s.load_${percent}`, "1/s", reached.get(percent) ?? []),
        rowOf(`curves.p50_ms.load_${percent}`, "ms", times.get(percent)?.p50 ?? []),
        rowOf(`curves.p99_ms.load_${percent}`, "ms", times.get(percent)?.p99 ?? []),
      ]),
    ];
  } finally {
    await cluster.stop();
  }
}
