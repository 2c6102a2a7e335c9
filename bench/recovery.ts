// `recovery`: how long it takes until a node that was killed serves again, and until an empty one has everything, with
// betting-core's book as the machine.
import { createReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { restoreBackup } from "@quorumbook/raft-store";
import { type Child, startChild } from "./lib/child.ts";
import { type Answered, type Measured, together } from "./lib/closed-loop.ts";
import { freePort } from "./lib/free-port.ts";
import { type Row, rowOf } from "./lib/report.ts";
import type { BookServerOptions, BookStatus, Request } from "./recovery/book-server.ts";

const CATCH_UP_BETS = 10_000_000;
/** In the snapshot of the node that is restarted, and in its log behind that. */
const RESTART_BETS = 100_000;
const RESTART_ENTRIES = 1_000_000;
const RESTARTS = 3;
const FILL_CLIENTS = 1_000;
const LOAD_CLIENTS = 64;
const LOAD_MS = 4_000;
/** No snapshot but those that the bench asks for. */
const NEVER_BYTES = 2 ** 40;

/** @param bets in the book that the empty node catches up with */
export async function benchRecovery(bets = CATCH_UP_BETS): Promise<Row[]> {
  return [await restartRow(), ...(await catchUpRows(bets))];
}

async function restartRow(): Promise<Row> {
  return await withNodes(async (nodes) => {
    const members = await addresses(["a", "b", "c"]);
    const options = { clusterId: "restart", members, snapshotAfterBytes: NEVER_BYTES };
    await Promise.all(["a", "b", "c"].map((id) => nodes.start(id, { ...options, bets: RESTART_BETS })));
    const leader = await nodes.leader();
    const first = RESTART_BETS;
    await nodes.ask(leader, { type: "fill", first, clients: 1, count: 1 });
    for (const id of ["a", "b", "c"]) await nodes.ask(id, { type: "snapshot" });
    const count = RESTART_ENTRIES;
    await nodes.ask(leader, { type: "fill", first: first + 1, clients: FILL_CLIENTS, count });
    const [follower = ""] = ["a", "b", "c"].filter((id) => id !== leader);
    const seconds: number[] = [];
    for (let restart = 0; restart < RESTARTS; restart++) {
      await nodes.kill(follower);
      const began = performance.now();
      await nodes.start(follower, { ...options, bets: 0 });
      await nodes.ready(follower);
      seconds.push((performance.now() - began) / 1e3);
    }
    return rowOf("recovery.restart_s", "s", seconds);
  });
}

async function catchUpRows(bets: number): Promise<Row[]> {
  return await withNodes(async (nodes) => {
    const members = await addresses(["a", "b", "c"]);
    const founders = { a: members["a"] as string, b: members["b"] as string };
    const backup = await seed(nodes, bets);
    for (const id of ["a", "b"]) {
      const source = createReadStream(backup);
      await restoreBackup({
        source,
        dataDir: nodes.folder(id),
        clusterId: "catch-up",
        members: founders,
        nodeId: id,
      });
    }
    await rm(backup);
    const options = { clusterId: "catch-up", bets: 0 };
    await Promise.all(["a", "b"].map((id) => nodes.start(id, { ...options, members: founders })));
    const leader = await nodes.leader();
    let first = bets + 1;
    const load = async (milliseconds: number): Promise<Measured> => {
      const answered = await nodes.ask<Answered>(leader, {
        type: "load",
        first,
        clients: LOAD_CLIENTS,
        milliseconds,
      });
      first += answered.count + LOAD_CLIENTS;
      return together([answered]);
    };
    await load(LOAD_MS);
    const before = await load(LOAD_MS);
    const began = performance.now();
    await nodes.start("c", { ...options, members, join: true });
    await nodes.ask(leader, { type: "addLearner", nodeId: "c", address: members["c"] as string });
    const during: Measured[] = [];
    const over = new AbortController();
    const caughtUp = nodes.ready("c").then(() => {
      over.abort();
      return (performance.now() - began) / 1e3;
    });
    while (!over.signal.aborted) during.push(await load(1_000));
    const size = bets % 1e6 === 0 ? `${bets / 1e6}m` : String(bets);
    const rates = during.map(({ perSecond }) => perSecond);
    return [
      rowOf(`recovery.catchup_${size}_s`, "s", [await caughtUp]),
      rowOf(`recovery.catchup_${size}_bets_per_s`, "bets/s", rates, [before.perSecond]),
      rowOf(
        `recovery.catchup_${size}_p99_ms`,
        "ms",
        during.map(({ p99Ms }) => p99Ms),
        [before.p99Ms],
      ),
    ];
  });
}

/** A backup of a cluster whose book holds so many bets: the path of its file. */
async function seed(nodes: Nodes, bets: number): Promise<string> {
  await nodes.start("seed", { clusterId: "seed", members: await addresses(["seed"]), bets });
  await nodes.ready("seed");
  await nodes.ask("seed", { type: "fill", first: bets, clients: 1, count: 1 });
  await nodes.ask("seed", { type: "snapshot" });
  const path = nodes.folder("backup");
  await nodes.ask("seed", { type: "backup", path });
  await nodes.kill("seed");
  return path;
}

type NodeOptions = Omit<BookServerOptions, "nodeId" | "dataDir">;

/** Nodes in processes of their own, their data in a folder that goes with them. */
class Nodes {
  readonly #folder: string;
  readonly #children = new Map<string, Child>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  folder(id: string): string {
    return join(this.#folder, id);
  }

  /** Resolves once its store is open. */
  async start(nodeId: string, options: NodeOptions): Promise<void> {
    const all: BookServerOptions = { ...options, nodeId, dataDir: this.folder(nodeId) };
    const child = startChild(join(import.meta.dirname, "recovery/book-server.ts"), { options: all });
    this.#children.set(nodeId, child);
    await child.ready;
  }

  async ask<Answer>(nodeId: string, request: Request): Promise<Answer> {
    return await (this.#children.get(nodeId) as Child).ask<Answer>(request);
  }

  async kill(nodeId: string): Promise<void> {
    await this.#children.get(nodeId)?.kill();
    this.#children.delete(nodeId);
  }

  async stop(): Promise<void> {
    for (const nodeId of this.#children.keys()) await this.kill(nodeId);
  }

  /** Has everything that was acknowledged before it was started. */
  async ready(nodeId: string): Promise<void> {
    while (!(await this.ask<BookStatus>(nodeId, { type: "status" })).ready) await sleep(10);
  }

  /** The leader that all know. */
  async leader(): Promise<string> {
    for (;;) {
      const ids = [...this.#children.keys()];
      const statuses = await Promise.all(ids.map((id) => this.ask<BookStatus>(id, { type: "status" })));
      const leaders = new Set(statuses.map(({ leader }) => leader));
      const [leader] = leaders;
      if (leaders.size === 1 && typeof leader === "string") return leader;
      await sleep(20);
    }
  }
}

async function withNodes<Result>(use: (nodes: Nodes) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "quorumbook-bench-recovery-"));
  const nodes = new Nodes(folder);
  try {
    return await use(nodes);
  } finally {
    await nodes.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function addresses(ids: readonly string[]): Promise<Record<string, string>> {
  const pairs = await Promise.all(ids.map(async (id) => [id, `127.0.0.1:${await freePort()}`] as const));
  return Object.fromEntries(pairs);
}
