import { type ChildProcess, fork } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RaftTuning, StoreStatus } from "../../src/index.ts";
import type { Reply, Request } from "./ledger-process.ts";

const PROGRAM = fileURLToPath(new URL("ledger-process.ts", import.meta.url));

/** A request that the node refused, failed at, or did not live to answer. */
export class NodeFailure extends Error {
  readonly code: string;
  readonly retry: string;

  constructor(code: string, retry: string, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
    this.retry = retry;
  }
}

type Ask = Request extends infer R ? (R extends Request ? Omit<R, "call"> : never) : never;

/** One node in a process of its own. */
export class NodeProcess {
  readonly #child: ChildProcess;
  readonly #calls = new Map<number, { resolve(value: unknown): void; reject(error: NodeFailure): void }>();
  readonly exited: Promise<number | string>;
  readonly opened: Promise<void>;
  readonly events: string[] = [];
  #call = 0;
  alive = true;

  constructor(options: object) {
    const execArgv = ["--conditions=@quorumbook/source"];
    const child = fork(PROGRAM, [JSON.stringify(options)], {
      execArgv,
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    this.#child = child;
    let onOpen: () => void = () => {};
    this.opened = new Promise((resolve) => {
      onOpen = resolve;
    });
    child.on("message", (reply: Reply) => {
      if (reply.type === "open") onOpen();
      else if (reply.type === "event") this.events.push(reply.event);
      else if (reply.type === "done") this.#take(reply.call)?.resolve(reply.value);
      else this.#take(reply.call)?.reject(new NodeFailure(reply.code, reply.retry, reply.message));
    });
    this.exited = new Promise((resolve) => {
      child.once("exit", (code, signal) => {
        this.alive = false;
        for (const call of this.#calls.keys()) {
          this.#take(call)?.reject(new NodeFailure("EXITED", "same-key", "the process ended"));
        }
        resolve(signal ?? code ?? 0);
      });
    });
  }

  ask(request: Ask): Promise<unknown> {
    if (!this.alive) return Promise.reject(new NodeFailure("EXITED", "safe", "the process had ended before"));
    this.#call += 1;
    const call = this.#call;
    return new Promise((resolve, reject) => {
      this.#calls.set(call, { resolve, reject });
      this.#child.send({ ...request, call }, (error) => {
        if (error !== null) this.#take(call)?.reject(new NodeFailure("EXITED", "same-key", error.message));
      });
    });
  }

  async status(): Promise<StoreStatus> {
    return (await this.ask({ type: "status" })) as StoreStatus;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  #take(call: number): { resolve(value: unknown): void; reject(error: NodeFailure): void } | undefined {
    const found = this.#calls.get(call);
    this.#calls.delete(call);
    return found;
  }
}

/** Three nodes in three processes, on loopback, with their data in a directory that goes with them. */
export class Cluster {
  readonly #directory: string;
  readonly #members: Readonly<Record<string, string>>;
  readonly #tuning: RaftTuning;
  readonly nodes = new Map<string, NodeProcess>();

  private constructor(directory: string, members: Readonly<Record<string, string>>, tuning: RaftTuning) {
    this.#directory = directory;
    this.#members = members;
    this.#tuning = tuning;
  }

  /** @param prepare is given the data directory of each node before the node is started */
  static async start(
    tuning: RaftTuning = {},
    prepare: (dataDir: string, id: string) => Promise<void> = async () => {},
  ): Promise<Cluster> {
    const directory = await mkdtemp(join(tmpdir(), "raft-store-"));
    const ids = ["n1", "n2", "n3"];
    const members = Object.fromEntries(
      await Promise.all(ids.map(async (id) => [id, await freeAddress()] as const)),
    );
    const cluster = new Cluster(directory, members, tuning);
    await Promise.all(ids.map((id) => prepare(cluster.dataDir(id), id)));
    await Promise.all(ids.map((id) => cluster.startNode(id)));
    return cluster;
  }

  node(id: string): NodeProcess {
    const node = this.nodes.get(id);
    if (node === undefined) throw new Error(`no node ${id}`);
    return node;
  }

  dataDir(id: string): string {
    return join(this.#directory, id);
  }

  async startNode(id: string): Promise<NodeProcess> {
    const node = new NodeProcess({
      clusterId: "test",
      nodeId: id,
      dataDir: this.dataDir(id),
      members: this.#members,
      secret: "shared",
      ...this.#tuning,
    });
    this.nodes.set(id, node);
    await Promise.race([
      node.opened,
      node.exited.then((how) => Promise.reject(new Error(`${id} ended with ${how} before it was open`))),
    ]);
    return node;
  }

  /** Ends a node without warning. */
  async kill(id: string): Promise<void> {
    const node = this.node(id);
    node.signal("SIGKILL");
    await node.exited;
  }

  /** The node that leads in the highest term, once the live ones named agree on one. */
  async leader(among: Iterable<string> = this.nodes.keys()): Promise<string> {
    const ids = [...among];
    return await until(async () => {
      const nodes = ids.flatMap((id) => this.nodes.get(id) ?? []).filter((node) => node.alive);
      const statuses = await Promise.all(nodes.map((node) => node.status()));
      const leaders = new Set(statuses.map(({ leader, term }) => `${leader} ${term}`));
      const leader = statuses[0]?.leader;
      return leaders.size === 1 && leader !== null && leader !== undefined && ids.includes(leader)
        ? leader
        : undefined;
    });
  }

  async stop(): Promise<void> {
    for (const node of this.nodes.values()) node.signal("SIGKILL");
    await Promise.all([...this.nodes.values()].map((node) => node.exited));
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** Looks again and again until there is something to see. The test's own time-out ends it. */
export async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export async function freeAddress(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return `127.0.0.1:${address.port}`;
}
