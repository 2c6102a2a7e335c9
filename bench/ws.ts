// `ws`: bets over WebSockets at three nodes as processes, each write synced; and how long a change of odds takes to reach
// the last of many subscribers of one node. On both carriers.
import { TestCluster } from "../packages/node-server/test/integration/support/cluster.ts";
import { type Row, rowOf } from "./lib/report.ts";
import { freshKey, makeBettors, openGames } from "./load/bettors.ts";
import { SocketConnection } from "./load/socket-connection.ts";
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
/** Changes that are told, one after another, for each count of subscribers. */
const CHANGES = 15;
const BANKROLL = "100000000000";
const OPEN_AT_ONCE = 100;
const CHANGED = Buffer.from('{"type":"oddsChanged"');

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
    const [first] = cluster.nodes;
    if (first === undefined) throw new Error("a cluster without nodes");
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
      rows.push(rowOf(`ws.fanout_${name}_last_ms`, "ms", await fanOut(cluster, count, games[0] ?? 0)));
    }
    return rows;
  } finally {
    await cluster.stop();
  }
}

/** Milliseconds from a bet at another node until the last subscriber has the change. */
async function fanOut(cluster: TestCluster, count: number, game: number): Promise<number[]> {
  const [told, asked] = cluster.nodes;
  if (told === undefined || asked === undefined) throw new Error("a cluster of less than two nodes");
  const subscribers: SocketConnection[] = [];
  while (subscribers.length < count) {
    const more = Math.min(OPEN_AT_ONCE, count - subscribers.length);
    subscribers.push(
      ...(await Promise.all(Array.from({ length: more }, () => subscriber(told.httpPort, game)))),
    );
  }
  let left = 0;
  let onLast: () => void = () => undefined;
  for (const each of subscribers) {
    each.onText = (text) => {
      if (!text.subarray(0, CHANGED.length).equals(CHANGED)) return;
      left -= 1;
      if (left === 0) onLast();
    };
  }
  const times: number[] = [];
  // The first one warms up.
  for (let change = 0; change <= CHANGES; change += 1) {
    const last = new Promise<void>((resolve) => {
      onLast = resolve;
    });
    left = count;
    const from = performance.now();
    const body = { gameId: game, outcome: "opt1", stake: 100, odds: 1.01, accept: "any" };
    const placed = await asked.ask("POST", "/api/bets", { as: "bettor-0", body, key: freshKey() });
    if (placed.status !== 201) throw new Error(`a bet was refused: ${JSON.stringify(placed.body)}`);
    await last;
    if (change > 0) times.push(performance.now() - from);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  for (const each of subscribers) each.close();
  return times;
}

async function subscriber(port: number, game: number): Promise<SocketConnection> {
  const socket = await SocketConnection.open(port);
  const snapshot = socket.next('{"type":"snapshot"');
  socket.send(JSON.stringify({ type: "subscribe", games: [game] }));
  await snapshot;
  return socket;
}
