// `learners`: reads and subscribers behind one entry point, with three voters and no learner, one, and two, while bets go
// on; and that a learner's reads are what was promised. Each node is held to a tenth of a core, where that can be done, so
// that a further one brings what a further machine would.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type NodeProcess, TestCluster } from "../packages/node-server/test/integration/support/cluster.ts";
import { projectRoot, sourceFlags } from "../scripts/lib/source-paths.ts";
import { until } from "../scripts/lib/until.ts";
import { holdToShare, whyNoCoreShares } from "./lib/core-share.ts";
import { freePort } from "./lib/free-port.ts";
import { type Row, rowOf } from "./lib/report.ts";
import { freshKey, makeBettors, openGames } from "./load/bettors.ts";
import { fanOut } from "./load/fan-out.ts";
import { HttpConnection } from "./load/http-connection.ts";
import { loadOverHttp } from "./load/http-load.ts";
import type { Tallied } from "./load/tally.ts";

const LEARNERS_MAX = 2;
const CORE_SHARE = 0.1;
const RUNS = 3;
const READERS = 64;
const BETTORS = 16;
const BETS_PER_SECOND = 50;
const BETTING_CONNECTIONS = 8;
const WARM_MS = 1_000;
const MEASURE_MS = 3_000;
const SUBSCRIBERS = 1_000;
const GAMES = 20;
/** Writes whose own reads are asked of each learner. */
const OWN_READS = 50;

export async function benchLearners(): Promise<Row[]> {
  const whyNot = whyNoCoreShares();
  if (whyNot !== undefined) process.stderr.write(`nodes share the cores as they can: ${whyNot}\n`);
  const cluster = await TestCluster.start({ QUORUMBOOK_BANKROLL: "100000000000" });
  const releases: (() => void)[] = [];
  const hold = ({ pid }: NodeProcess): void => {
    if (whyNot === undefined && pid !== undefined) releases.push(holdToShare(pid, CORE_SHARE));
  };
  const entry = await EntryPoint.open(cluster);
  try {
    const [first] = cluster.nodes;
    if (first === undefined) throw new Error("a cluster without nodes");
    const tokens = await makeBettors(cluster, BETTORS);
    const games = await openGames(first, GAMES);
    // Compilers warm up before anybody is held back.
    await measure(entry.port, tokens, games);
    for (const node of cluster.nodes) hold(node);
    const rows: Row[] = [];
    const learners: NodeProcess[] = [];
    for (let count = 0; count <= LEARNERS_MAX; count += 1) {
      if (count > 0) {
        const learner = await addLearner(cluster, `learner${count}`);
        learners.push(learner);
        await checkReads(learner, first);
        await entry.setNodes([...cluster.nodes, ...learners]);
        await measure(entry.port, tokens, games);
        hold(learner);
      }
      const runs: Measured[] = [];
      for (let run = 0; run < RUNS; run += 1) runs.push(await measure(entry.port, tokens, games));
      const name = `learners.${count}`;
      rows.push(
        rowOf(
          `${name}.reads_per_s`,
          "1/s",
          runs.map(({ readsPerSecond }) => readsPerSecond),
        ),
        rowOf(
          `${name}.bets_per_s`,
          "1/s",
          runs.map(({ bets }) => bets.acceptedPerSecond),
        ),
        rowOf(
          `${name}.bet_p50_ms`,
          "ms",
          runs.map(({ bets }) => bets.p50),
        ),
        rowOf(
          `${name}.fanout_1000_last_ms`,
          "ms",
          await fanOut(entry.port, SUBSCRIBERS, games[0] ?? 0, first),
        ),
      );
    }
    return rows;
  } finally {
    await entry.close();
    await cluster.stop();
    for (const release of releases) release();
  }
}

interface Measured {
  readonly readsPerSecond: number;
  readonly bets: Tallied;
}

/** Readers that ask again as soon as they are answered, and bets at a fixed rate, all at one port. */
async function measure(port: number, tokens: readonly string[], games: readonly number[]): Promise<Measured> {
  const readers = await Promise.all(Array.from({ length: READERS }, () => HttpConnection.open(port)));
  const from = performance.now() + WARM_MS;
  const to = from + MEASURE_MS;
  let reads = 0;
  const read = (connection: HttpConnection, turn: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const game = games[turn % games.length] ?? 0;
      connection.ask(`GET /api/games/${game} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`, (status) => {
        const now = performance.now();
        if (status !== 200) reject(new Error(`a read was answered ${status}`));
        if (now >= from && now < to) reads += 1;
        if (now >= to) resolve();
        else void read(connection, turn + 1).then(resolve, reject);
      });
    });
  const [bets] = await Promise.all([
    loadOverHttp({
      ports: [port],
      tokens,
      games,
      policy: "any",
      connections: BETTING_CONNECTIONS,
      perSecond: BETS_PER_SECOND,
      warmMs: WARM_MS,
      measureMs: MEASURE_MS,
    }),
    ...readers.map((connection, at) => read(connection, at)),
  ]);
  for (const connection of readers) connection.close();
  return { readsPerSecond: (reads * 1_000) / MEASURE_MS, bets };
}

async function addLearner(cluster: TestCluster, nodeId: string): Promise<NodeProcess> {
  const { node, address } = await cluster.startJoining(nodeId);
  const [first] = cluster.nodes;
  const added = await first?.ask("POST", "/api/cluster/learners", { as: "admin", body: { nodeId, address } });
  if (added?.status !== 201) throw new Error(`no learner: ${JSON.stringify(added?.body)}`);
  await node.ready();
  return node;
}

/** What was written elsewhere is read at the learner: by the index that the answer told of, and linearizably. */
async function checkReads(learner: NodeProcess, elsewhere: NodeProcess): Promise<void> {
  for (let turn = 0; turn < OWN_READS; turn += 1) {
    const body = { amount: 100 + turn };
    const paid = await elsewhere.ask("POST", "/api/deposits", { as: "bettor-0", body, key: freshKey() });
    const own =
      turn % 2 === 0
        ? await learner.ask("GET", "/api/balance", { as: "bettor-0", minIndex: paid.bookIndex })
        : await learner.ask("GET", "/api/balance?consistency=linearizable", { as: "bettor-0" });
    if (own.status !== 200 || own.body["balance"] !== paid.body["balance"]) {
      const said = JSON.stringify([paid.body, own.body]);
      throw new Error(`${learner.nodeId} does not show what was written: ${said}`);
    }
  }
}

/** The built-in gateway as a process, with a list of nodes that it reads again when told to. */
class EntryPoint {
  readonly port: number;
  readonly #folder: string;
  readonly #child: ReturnType<typeof spawn>;

  private constructor(port: number, folder: string, child: ReturnType<typeof spawn>) {
    this.port = port;
    this.#folder = folder;
    this.#child = child;
  }

  static async open({ nodes }: TestCluster): Promise<EntryPoint> {
    const folder = mkdtempSync(join(tmpdir(), "quorumbook-bench-"));
    const port = await freePort();
    writeFileSync(join(folder, "nodes"), listOf(nodes));
    const child = spawn(process.execPath, [...sourceFlags, join(projectRoot, "scripts/gateway/main.ts")], {
      env: {
        PATH: process.env["PATH"],
        QUORUMBOOK_GATEWAY_PORT: String(port),
        // Nobody logs in here.
        QUORUMBOOK_GATEWAY_AUTH: "127.0.0.1:1",
        QUORUMBOOK_GATEWAY_NODES_FILE: join(folder, "nodes"),
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    return new EntryPoint(port, folder, child);
  }

  /** Resolves once the gateway has said that it has them. */
  async setNodes(nodes: readonly NodeProcess[]): Promise<void> {
    writeFileSync(join(this.#folder, "nodes"), listOf(nodes));
    let said = "";
    const listen = (text: Buffer): void => void (said += text.toString());
    this.#child.stdout?.on("data", listen);
    this.#child.kill("SIGHUP");
    const taken = await until(() => said.includes(`:${nodes.at(-1)?.httpPort}`), 10_000);
    this.#child.stdout?.off("data", listen);
    if (taken !== true) throw new Error(`the gateway did not take its new list: ${said}`);
  }

  async close(): Promise<void> {
    this.#child.kill("SIGTERM");
    if (this.#child.exitCode === null) await once(this.#child, "exit");
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function listOf(nodes: readonly NodeProcess[]): string {
  return nodes.map(({ httpPort }) => `127.0.0.1:${httpPort}\n`).join("");
}
