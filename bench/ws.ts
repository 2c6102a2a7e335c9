// `ws`: bets over WebSockets at three nodes as processes, each write synced; and how long a change of odds takes to reach
// the last of many subscribers of one node. On both carriers.
import { TestCluster } from "../packages/node-server/test/integration/support/cluster.ts";
import { type Row, rowOf } from "./lib/report.ts";
import { makeBettors, openGames } from "./load/bettors.ts";
import { fanOut } from "./load/fan-out.ts";
import { loadOverSockets } from "./load/socket-load.ts";
import type { Tallied } from "./load/tally.ts";

const RUNS = 3;
const SOCKETS = 64;
const IN_FLIGHT = 16;
const WARM_MS = 1_000;
const MEASURE_MS = 2_000;
/** The first load warms compilers up. */
const FIRST_MS = 6_000;
const SUBSCRIBERS = [200, 1_000, 10_000] as const;
const BANKROLL = "100000000000";

export async function benchWs(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const sockets of ["uws", "ws"] as const) {
    for (const row of await measure(sockets)) {
      rows.push(sockets === "uws" ? row : { ...row, name: `${row.name}.ws` });
    }
  }
  return rows;
}

async function measure(sockets: "uws" | "ws"): Promise<Row[]> {
  const cluster = await TestCluster.start({ QUORUMBOOK_SOCKETS: sockets, QUORUMBOOK_BANKROLL: BANKROLL });
  try {
    const [first, other] = cluster.nodes;
    if (first === undefined || other === undefined) throw new Error("a cluster of less than two nodes");
    const tokens = await makeBettors(cluster, SOCKETS);
    const games = await openGames(first, 100);
    const ports = cluster.nodes.map(({ httpPort }) => httpPort);
    const load = { ports, tokens, games, inFlight: IN_FLIGHT, warmMs: WARM_MS };
    await loadOverSockets({ ...load, measureMs: FIRST_MS });
    const runs: Tallied[] = [];
    for (let run = 0; run < RUNS; run += 1)
      runs.push(await loadOverSockets({ ...load, measureMs: MEASURE_MS }));
    const of = (what: "acceptedPerSecond" | "p50" | "p99"): number[] => runs.map((each) => each[what]);
    const rows = [
      rowOf("ws.per_s", "1/s", of("acceptedPerSecond")),
      rowOf("ws.p50_ms", "ms", of("p50")),
      rowOf("ws.p99_ms", "ms", of("p99")),
    ];
    const refused = runs.reduce(
      (sum, { refusals }) => sum + Object.values(refusals).reduce((a, b) => a + b, 0),
      0,
    );
    rows.push(rowOf("ws.refused", "1", [refused]));
    for (const count of SUBSCRIBERS) {
      const name = count === 10_000 ? "10k" : String(count);
      rows.push(
        rowOf(`ws.fanout_${name}_last_ms`, "ms", await fanOut(first.httpPort, count, games[0] ?? 0, other)),
      );
    }
    return rows;
  } finally {
    await cluster.stop();
  }
}
