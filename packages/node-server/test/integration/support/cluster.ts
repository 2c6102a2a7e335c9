// Three game nodes as processes, as `npm start` runs them, and an issuer of tokens beside them.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ClusterAnswer } from "../../../src/contract/answers.ts";
import { createTokenIssuer, type TokenIssuer } from "../../support/token-issuer.ts";

const MAIN = fileURLToPath(new URL("../../../src/main.ts", import.meta.url));
const END_WITH_PARENT = new URL("end-with-parent.ts", import.meta.url).href;

export interface Reply {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly bookIndex: number;
  readonly commandIndex: number;
}

export interface Ask {
  readonly as?: string;
  readonly body?: unknown;
  readonly key?: string;
  readonly minIndex?: number;
}

export class NodeProcess {
  readonly nodeId: string;
  readonly httpPort: number;
  readonly #env: Readonly<Record<string, string>>;
  readonly #issuer: TokenIssuer;
  #child: ChildProcess | undefined;
  /** By how much the clock of the process is off, in milliseconds; from its next start on. */
  clockOffMs = 0;
  output = "";

  constructor(nodeId: string, httpPort: number, env: Readonly<Record<string, string>>, issuer: TokenIssuer) {
    this.nodeId = nodeId;
    this.httpPort = httpPort;
    this.#env = env;
    this.#issuer = issuer;
  }

  start(): void {
    const wrong = `const now = Date.now; Date.now = () => now() + ${this.clockOffMs};`;
    const preload = ["--import", END_WITH_PARENT];
    if (this.clockOffMs !== 0) preload.push("--import", `data:text/javascript,${encodeURIComponent(wrong)}`);
    const child = spawn(process.execPath, [...preload, "--conditions=@quorumbook/source", MAIN], {
      env: { PATH: process.env["PATH"], ...this.#env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (text: Buffer) => {
        this.output += text.toString();
      });
    }
    this.#child = child;
  }

  get dataDir(): string {
    return this.#env["QUORUMBOOK_NODE_DATA"] ?? "";
  }

  get raftPort(): number {
    return Number(this.#env["QUORUMBOOK_RAFT_PORT"]);
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async ready(): Promise<void> {
    const isReady = async (): Promise<boolean> => {
      if (this.#child?.exitCode !== null) throw new Error(`${this.nodeId} ended:\n${this.output}`);
      return (await this.ask("GET", "/readyz")).status === 200;
    };
    try {
      await eventually(`${this.nodeId} is ready`, isReady, 90_000);
    } catch (error) {
      const state = await this.ask("GET", "/statusz").catch(String);
      throw new Error(`${JSON.stringify(state)}\n${this.output.slice(-2_000)}`, { cause: error });
    }
  }

  /** Ends the process with that signal; returns its exit code. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null)
      return child?.exitCode ?? null;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
    return child.exitCode;
  }

  /** Stops the process and lets it go on. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#child?.kill(signal);
  }

  async ask(method: string, path: string, { as, body, key, minIndex }: Ask = {}): Promise<Reply> {
    const token =
      as === undefined ? undefined : await this.#issuer.token(as, as === "admin" ? "admin" : "bettor");
    const answer = await fetch(`http://127.0.0.1:${this.httpPort}${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(key === undefined ? {} : { "idempotency-key": key }),
        ...(minIndex === undefined ? {} : { "book-min-index": String(minIndex) }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
    return {
      status: answer.status,
      body: (await answer.json()) as Record<string, unknown>,
      bookIndex: Number(answer.headers.get("book-index")),
      commandIndex: Number(answer.headers.get("book-command-index")),
    };
  }

  async cluster(): Promise<ClusterAnswer> {
    return (await this.ask("GET", "/api/cluster")).body as ClusterAnswer;
  }
}

export class TestCluster {
  readonly nodes: readonly NodeProcess[];
  readonly issuer: TokenIssuer;
  readonly #folder: string;
  readonly #keys: Server;
  readonly #common: Readonly<Record<string, string>>;
  readonly #joined: NodeProcess[] = [];

  private constructor(
    nodes: readonly NodeProcess[],
    issuer: TokenIssuer,
    folder: string,
    keys: Server,
    common: Readonly<Record<string, string>>,
  ) {
    this.nodes = nodes;
    this.issuer = issuer;
    this.#folder = folder;
    this.#keys = keys;
    this.#common = common;
  }

  /** @param more variables of every node */
  static async start(more: Readonly<Record<string, string>> = {}): Promise<TestCluster> {
    const issuer = await createTokenIssuer();
    const keys = createServer((_request, response) => {
      response.setHeader("content-type", "application/json").end(issuer.jwks);
    });
    keys.listen(0, "127.0.0.1");
    await once(keys, "listening");
    const folder = await mkdtemp(join(tmpdir(), "quorumbook-nodes-"));
    const ports = await freePorts(6);
    const ids = ["node1", "node2", "node3"];
    const list = (prefix: string, from: number): string =>
      ids.map((id, at) => `${id}=${prefix}127.0.0.1:${ports[from + at]}`).join(",");
    const common = {
      QUORUMBOOK_PEERS: list("", 3),
      QUORUMBOOK_PEER_URLS: list("http://", 0),
      QUORUMBOOK_CLUSTER_ID: "test",
      QUORUMBOOK_CLUSTER_SECRET: "hush",
      QUORUMBOOK_JWKS_URL: `http://127.0.0.1:${(keys.address() as AddressInfo).port}/jwks.json`,
      QUORUMBOOK_RATE_LIMIT: "0",
      ...more,
    };
    const nodes = ids.map((nodeId, at) => {
      const httpPort = ports[at] ?? 0;
      const env = { ...common, ...ownEnv(nodeId, httpPort, ports[3 + at] ?? 0, folder) };
      return new NodeProcess(nodeId, httpPort, env, issuer);
    });
    const cluster = new TestCluster(nodes, issuer, folder, keys, common);
    for (const node of nodes) node.start();
    await Promise.all(nodes.map((node) => node.ready()));
    return cluster;
  }

  /** Starts a node that is to join, and says where its Raft transport listens. */
  async startJoining(nodeId: string): Promise<{ readonly node: NodeProcess; readonly address: string }> {
    const [httpPort = 0, raftPort = 0] = await freePorts(2);
    const address = `127.0.0.1:${raftPort}`;
    const env = {
      ...this.#common,
      ...ownEnv(nodeId, httpPort, raftPort, this.#folder),
      QUORUMBOOK_JOIN: "1",
      QUORUMBOOK_PEERS: `${this.#common["QUORUMBOOK_PEERS"] ?? ""},${nodeId}=${address}`,
    };
    const node = new NodeProcess(nodeId, httpPort, env, this.issuer);
    this.#joined.push(node);
    node.start();
    return { node, address };
  }

  /** The leader and the others, once all of `asked` agree. */
  async roles(
    asked: readonly NodeProcess[] = this.nodes,
  ): Promise<{ leader: NodeProcess; followers: NodeProcess[] }> {
    let leader: NodeProcess | undefined;
    await eventually("all agree on a leader", async () => {
      const views = await Promise.all(asked.map((node) => node.cluster()));
      const [first] = views;
      leader = asked.find(({ nodeId }) => nodeId === first?.leader);
      return (
        leader !== undefined &&
        views.every((view) => view.leader === first?.leader && view.term === first.term)
      );
    });
    if (leader === undefined) throw new Error("no leader");
    return { leader, followers: asked.filter((node) => node !== leader) };
  }

  /** The digest that all nodes report at one index. */
  async commonDigest(): Promise<string> {
    let common = "";
    await eventually("all digests are equal", async () => {
      const views = await Promise.all(this.nodes.map((node) => node.cluster()));
      const own = views.map((view) => view.nodes.find(({ nodeId }) => nodeId === view.nodeId)?.digest);
      const [first] = own;
      if (first === undefined || first === null) return false;
      const sameIndex = own.filter((digest) => digest?.index === first.index);
      for (const digest of sameIndex) {
        if (digest?.value !== first.value) throw new Error(`digests differ at ${first.index}`);
      }
      common = first.value;
      return sameIndex.length === this.nodes.length && first.index > 0;
    });
    return common;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.nodes, ...this.#joined].map((node) => node.end("SIGKILL")));
    this.#keys.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function ownEnv(
  nodeId: string,
  httpPort: number,
  raftPort: number,
  folder: string,
): Readonly<Record<string, string>> {
  return {
    QUORUMBOOK_NODE_ID: nodeId,
    QUORUMBOOK_HTTP_PORT: String(httpPort),
    QUORUMBOOK_RAFT_PORT: String(raftPort),
    QUORUMBOOK_NODE_DATA: join(folder, nodeId),
  };
}

/** Waits until it holds; errors of a node that is not up yet count as "not yet". */
export async function eventually(what: string, holds: () => Promise<boolean>, ms = 20_000): Promise<void> {
  const deadline = performance.now() + ms;
  let last: unknown;
  while (performance.now() < deadline) {
    try {
      if (await holds()) return;
    } catch (error) {
      last = error;
      if (error instanceof Error && /ended|differ/.test(error.message)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`not in ${ms} ms: ${what}`, { cause: last });
}

/** Repeats a request under one key until somebody says for sure. */
export async function insist(
  nodes: () => readonly NodeProcess[],
  path: string,
  as: string,
  key: string,
  body: object,
  ms?: number,
): Promise<Reply> {
  let settled: Reply | undefined;
  await eventually(
    `${path} is decided`,
    async () => {
      for (const node of nodes()) {
        const reply = await node.ask("POST", path, { as, key, body }).catch(() => undefined);
        if (reply === undefined || reply.status === 503) continue;
        settled = reply;
        return true;
      }
      return false;
    },
    ms,
  );
  if (settled === undefined) throw new Error("not decided");
  return settled;
}

/** Ports that nobody listened on a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createTcpServer());
  for (const server of servers) {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  }
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
