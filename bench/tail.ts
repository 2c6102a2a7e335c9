// `tail`: what the slowest bets wait while something large goes on: three nodes as processes, each write synced, bets at a
// fixed rate, and beside them a snapshot of every node, the settlement of a game of a million bets, a node that catches up.
import { setTimeout } from "node:timers/promises";
import { type NodeProcess, TestCluster } from "../packages/node-server/test/integration/support/cluster.ts";
import { type Row, rowOf } from "./lib/report.ts";
import { freshKey, makeBettors, openGames } from "./load/bettors.ts";
import { type HttpLoad, loadOverHttp } from "./load/http-load.ts";
import type { Tallied } from "./load/tally.ts";

const HELD = 1_000_000;
const HELD_CONNECTIONS = 512;
const CONNECTIONS = 64;
const BETTORS = 1_000;
/** Far from what three nodes can do, so that the tail is not that of a queue. */
const PER_SECOND = 2_000;
const CALM_MS = 8_000;
/** A phase lasts this long at least, in milliseconds, and until what goes on is over. */
const PHASE_MS = 8_000;
const PHASE_MS_MAX = 60_000;
const BANKROLL = "100000000000";
/** As fast as the book writes what a settlement left to be written. */
const ROWS_PER_MS = 128;
const LAG = /^nodejs_eventloop_lag_max_seconds (?<seconds>\S+)$/m;

/** @param held bets in the game that is settled */
export async function benchTail(held = HELD): Promise<Row[]> {
  const cluster = await TestCluster.start({ QUORUMBOOK_BANKROLL: BANKROLL });
  try {
    const { leader, followers } = await cluster.roles();
    const tokens = await makeBettors(cluster, BETTORS);
    const [large = 0, ...games] = await openGames(leader, 101);
    const ports = cluster.nodes.map(({ httpPort }) => httpPort);
    const load = { ports, tokens, games, policy: "any", connections: CONNECTIONS, warmMs: 0 } as const;
    await hold(held, { ...load, games: [large], connections: HELD_CONNECTIONS, measureMs: 5_000 });
    await cluster.commonDigest();

    const rows = await phase("calm", cluster.nodes, load, CALM_MS, async () => undefined);
    const snapshot = async (): Promise<void> => {
      for (const node of cluster.nodes) {
        const taken = await node.ask("POST", "/api/cluster/snapshot", {
          as: "admin",
          key: freshKey(),
          body: {},
        });
        if (taken.status >= 300) throw new Error(`no snapshot: ${JSON.stringify(taken.body)}`);
      }
    };
    rows.push(...(await phase("snapshot", cluster.nodes, load, PHASE_MS, snapshot)));
    const settle = async (): Promise<void> => {
      const paths = [`/api/games/${large}/close`, `/api/games/${large}/settle`];
      for (const [at, path] of paths.entries()) {
        const body = at === 0 ? {} : { winner: "opt1" };
        const answer = await leader.ask("POST", path, { as: "admin", key: freshKey(), body });
        if (answer.status >= 300) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
      }
      await setTimeout(held / ROWS_PER_MS);
    };
    rows.push(...(await phase("settlement", cluster.nodes, load, PHASE_MS, settle)));
    const [victim] = followers;
    if (victim === undefined) throw new Error("a cluster of one node");
    const others = cluster.nodes.filter((node) => node !== victim);
    await victim.end("SIGKILL");
    const away = { ...load, ports: others.map(({ httpPort }) => httpPort) };
    await loadOverHttp({ ...away, connections: HELD_CONNECTIONS, measureMs: PHASE_MS });
    const comeBack = async (): Promise<void> => {
      victim.start();
      await victim.ready();
    };
    rows.push(...(await phase("catchup", others, away, PHASE_MS, comeBack)));
    return rows;
  } finally {
    await cluster.stop();
  }
}

/** Bets at a fixed rate while `happens` goes on, and what they waited. */
async function phase(
  name: string,
  nodes: readonly NodeProcess[],
  load: Omit<HttpLoad, "measureMs">,
  measureMs: number,
  happens: () => Promise<void>,
): Promise<Row[]> {
  await Promise.all(nodes.map(longestTurnMs));
  const began = performance.now();
  const runs: Tallied[] = [];
  const over = new AbortController();
  const happening = happens().finally(() => over.abort());
  do {
    runs.push(await loadOverHttp({ ...load, measureMs, perSecond: PER_SECOND }));
  } while (!over.signal.aborted && performance.now() - began < PHASE_MS_MAX);
  await happening;
  const turns = await Promise.all(nodes.map(longestTurnMs));
  const worst = (of: (tallied: Tallied) => number): number[] => [Math.max(...runs.map(of))];
  const refused = runs.flatMap(({ refusals }) => Object.values(refusals)).reduce((a, b) => a + b, 0);
  return [
    rowOf(
      `tail.p50_ms.${name}`,
      "ms",
      worst(({ p50 }) => p50),
    ),
    rowOf(
      `tail.p99_ms.${name}`,
      "ms",
      worst(({ p99 }) => p99),
    ),
    rowOf(
      `tail.p999_ms.${name}`,
      "ms",
      worst(({ p999 }) => p999),
    ),
    rowOf(`tail.longest_turn_ms.${name}`, "ms", [Math.max(...turns)]),
    rowOf(`tail.refused.${name}`, "1", [refused]),
  ];
}

/** The longest turn of the node's event loop since the last time that it was asked. */
async function longestTurnMs(node: NodeProcess): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${node.httpPort}/metrics`)).text();
  return Number(LAG.exec(text)?.groups?.["seconds"]) * 1_000;
}

async function hold(count: number, load: HttpLoad): Promise<void> {
  for (let held = 0; held < count; ) {
    const { acceptedPerSecond } = await loadOverHttp(load);
    if (acceptedPerSecond < 1) throw new Error("no bets are taken");
    held += (acceptedPerSecond * load.measureMs) / 1_000;
    process.stderr.write(`${Math.round(held)} bets in the large game\n`);
  }
}
