// What one node on a log in memory spends on a bet, by what carries it: fastify on Node's own HTTP server, fastify behind
// uWebSockets.js, and the route of its own that bets have there.
import { join } from "node:path";
import { NodeProcess } from "../../packages/node-server/test/integration/support/cluster.ts";
import { startChild } from "../lib/child.ts";
import { startKeyServer } from "../lib/key-server.ts";
import type { OneNodeOptions } from "../lib/one-node.ts";
import { type Row, rowOf } from "../lib/report.ts";
import { makeBettors, openGames } from "../load/bettors.ts";
import { loadOverHttp } from "../load/http-load.ts";

const RUNS = 3;
const CONNECTIONS = 64;
const WARM_MS = 3_000;
const MEASURE_MS = 2_000;
const BETTORS = 500;
const GAMES = 100;
const BANKROLL = 100_000_000_000;
/** Means the same, and is left to fastify by the route that bets have on uWebSockets.js. */
const FASTIFY_TYPE = "application/json; charset=utf-8";

export async function benchCarriers(): Promise<Row[]> {
  return [
    rowOf("http.cpu_us_per_bet.uws", "µs", await cpuPerBet("uws", "application/json")),
    rowOf("http.cpu_us_per_bet.fastify_on_uws", "µs", await cpuPerBet("uws", FASTIFY_TYPE)),
    rowOf("http.cpu_us_per_bet.fastify", "µs", await cpuPerBet("ws", FASTIFY_TYPE)),
  ];
}

async function cpuPerBet(sockets: "uws" | "ws", contentType: string): Promise<number[]> {
  const keys = await startKeyServer();
  const { issuer, jwksUrl } = keys;
  const options: OneNodeOptions = { sockets, jwksUrl, bankroll: BANKROLL };
  const child = startChild(join(import.meta.dirname, "one-node-server.ts"), { options });
  try {
    const port = (await child.ready) as number;
    const node = new NodeProcess("node1", port, {}, issuer);
    const tokens = await makeBettors({ nodes: [node], issuer }, BETTORS);
    const games = await openGames(node, GAMES);
    const load = { ports: [port], tokens, games, policy: "any", contentType, warmMs: 0 } as const;
    await loadOverHttp({ ...load, connections: CONNECTIONS, measureMs: WARM_MS });
    const times: number[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      const before = await child.ask<number>("cpu");
      const { acceptedPerSecond } = await loadOverHttp({
        ...load,
        connections: CONNECTIONS,
        measureMs: MEASURE_MS,
      });
      const spent = (await child.ask<number>("cpu")) - before;
      times.push(spent / ((acceptedPerSecond * MEASURE_MS) / 1_000));
    }
    return times;
  } finally {
    await child.kill();
    keys.close();
  }
}
