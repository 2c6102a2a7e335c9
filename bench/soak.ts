// `soak`: whether anything but the book grows. Three nodes as processes, each write synced, bets at a modest rate for as long
// as it is told, games that end and others that begin, and WebSockets that come and go.
import type {
  NodeProcess,
  TestCluster as Cluster,
} from "../packages/node-server/test/integration/support/cluster.ts";
import { TestCluster } from "../packages/node-server/test/integration/support/cluster.ts";
import { type Row, rowOf } from "./lib/report.ts";
import { freshKey, makeBettors, openGames, signIn } from "./load/bettors.ts";
import { loadOverHttp } from "./load/http-load.ts";
import { SocketConnection } from "./load/socket-connection.ts";

const MINUTES = 60;
const PER_SECOND = 300;
const CONNECTIONS = 32;
const BETTORS = 1_000;
const GAMES = 50;
const BANKROLL = "100000000000";
/** One span of load, at the end of which everything is looked at. */
const SPAN_MS = 60_000;
/** Games that end in each span, as many as begin. */
const ENDING = 5;
const SOCKETS = 100;
/** Every so often all sockets are exchanged for new ones, in milliseconds. */
const SOCKET_LIFE_MS = 10_000;
/** In spans: sooner than a token ends. */
const TOKEN_LIFE = 10;
const MIB = 2 ** 20;
const HEAP_SAMPLES = 10;
const RESIDENT = /^process_resident_memory_bytes (?<value>\S+)$/m;
const HEAP = /^nodejs_heap_size_used_bytes (?<value>\S+)$/m;

interface Look {
  readonly bets: number;
  /** Of the largest node, in bytes. */
  readonly resident: number;
  /** The least of some looks at each node's heap, of the largest node: what a collection leaves. */
  readonly heap: number;
  readonly p50: number;
  readonly p99: number;
}

export async function benchSoak(minutes = MINUTES): Promise<Row[]> {
  const cluster = await TestCluster.start({ QUORUMBOOK_BANKROLL: BANKROLL });
  const over = new AbortController();
  try {
    const { leader } = await cluster.roles();
    let tokens = await makeBettors(cluster, BETTORS);
    let games = await openGames(leader, GAMES);
    const ports = cluster.nodes.map(({ httpPort }) => httpPort);
    const visitors = visit(cluster, over.signal);
    const looks: Look[] = [];
    let bets = 0;
    for (let minute = 1; minute <= minutes; minute++) {
      if (minute % TOKEN_LIFE === 0) tokens = await signIn(cluster, BETTORS);
      const load = { ports, tokens, games, policy: "any", connections: CONNECTIONS, warmMs: 0 } as const;
      const heap = leastHeap(cluster.nodes);
      const { acceptedPerSecond, p50, p99, refusals } = await loadOverHttp({
        ...load,
        measureMs: SPAN_MS,
        perSecond: PER_SECOND,
      });
      const refused = Object.keys(refusals);
      if (refused.length > 0) throw new Error(`bets were refused: ${refused.join(", ")}`);
      bets += (acceptedPerSecond * SPAN_MS) / 1_000;
      const residents = await Promise.all(cluster.nodes.map((node) => metric(node, RESIDENT)));
      const look: Look = { bets, resident: Math.max(...residents), heap: await heap, p50, p99 };
      looks.push(look);
      process.stderr.write(`${minute} min: ${told(look)}\n`);
      games = await exchangeGames(leader, games);
    }
    over.abort();
    await visitors;
    await cluster.commonDigest();
    return rowsOf(looks);
  } finally {
    over.abort();
    await cluster.stop();
  }
}

function told({ bets, resident, heap, p50, p99 }: Look): string {
  const mib = (bytes: number): string => `${Math.round(bytes / MIB)} MiB`;
  return `${Math.round(bets)} bets, ${mib(resident)} resident, heap ${mib(heap)}, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`;
}

/** The last quarter beside the second: in the first, compilers and buffers still take their room. */
function rowsOf(looks: readonly Look[]): Row[] {
  const quarter = Math.max(1, Math.floor(looks.length / 4));
  const early = looks.slice(quarter, 2 * quarter);
  const late = looks.slice(-quarter);
  const of = (some: readonly Look[], what: keyof Look): number[] => some.map((look) => look[what]);
  const mib = (some: readonly Look[], what: "resident" | "heap"): number[] =>
    of(some, what).map((bytes) => bytes / MIB);
  return [
    rowOf("soak.bets", "1", [looks.at(-1)?.bets ?? 0]),
    rowOf("soak.resident_mib", "MiB", mib(late, "resident"), mib(early, "resident")),
    rowOf("soak.heap_mib", "MiB", mib(late, "heap"), mib(early, "heap")),
    rowOf("soak.p50_ms", "ms", of(late, "p50"), of(early, "p50")),
    rowOf("soak.p99_ms", "ms", of(late, "p99"), of(early, "p99")),
  ];
}

/** Ends the oldest games, and opens as many. */
async function exchangeGames(node: NodeProcess, games: readonly number[]): Promise<number[]> {
  for (const game of games.slice(0, ENDING)) {
    for (const [what, body] of [
      ["close", {}],
      ["settle", { winner: "opt1" }],
    ] as const) {
      const path = `/api/games/${game}/${what}`;
      const answer = await node.ask("POST", path, { as: "admin", key: freshKey(), body });
      if (answer.status >= 300) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
    }
  }
  return [...games.slice(ENDING), ...(await openGames(node, ENDING))];
}

/** WebSockets that follow all games, at every node, and give way to others. */
async function visit(cluster: Cluster, signal: AbortSignal): Promise<void> {
  let number = 0;
  while (!signal.aborted) {
    const sockets = await Promise.all(
      Array.from({ length: SOCKETS }, async () => {
        const port = cluster.nodes[number++ % cluster.nodes.length]?.httpPort ?? 0;
        const socket = await SocketConnection.open(port);
        socket.send('{"type":"subscribe","games":"all"}');
        return socket;
      }),
    );
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, SOCKET_LIFE_MS);
      signal.addEventListener("abort", () => {
        clearTimeout(timer);
        resolve();
      });
    });
    for (const socket of sockets) socket.close();
  }
}

async function leastHeap(nodes: readonly NodeProcess[]): Promise<number> {
  const least = nodes.map(() => Number.POSITIVE_INFINITY);
  for (let sample = 0; sample < HEAP_SAMPLES; sample++) {
    await new Promise((resolve) => setTimeout(resolve, SPAN_MS / (HEAP_SAMPLES + 1)));
    const used = await Promise.all(nodes.map((node) => metric(node, HEAP)));
    for (const [at, bytes] of used.entries()) least[at] = Math.min(least[at] ?? bytes, bytes);
  }
  return Math.max(...least);
}

async function metric(node: NodeProcess, pattern: RegExp): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${node.httpPort}/metrics`)).text();
  return Number(pattern.exec(text)?.groups?.["value"]);
}
