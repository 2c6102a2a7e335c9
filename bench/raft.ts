// `raft`: writes a second of three nodes on loopback, each with its own disk directory and every write synced, beside the bare
// path of the same machine and beside etcd and NATS JetStream, in the same runs and under the same load.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Child, startChild } from "./lib/child.ts";
import {
  type Answered,
  type Ask,
  closedLoop,
  type Load,
  type Measured,
  together,
} from "./lib/closed-loop.ts";
import { freePort } from "./lib/free-port.ts";
import { startNats } from "./lib/start-nats.ts";
import { findProgram } from "./lib/programs.ts";
import { type Row, rowOf } from "./lib/report.ts";
import type { BareOptions } from "./raft/bare-server.ts";
import { startEtcd } from "./raft/etcd.ts";
import { EtcdConnection } from "./raft/grpc-puts.ts";
import { makeStream, NatsPuts } from "./raft/nats-puts.ts";
import type { StoreOptions, StoreStatus } from "./raft/store-server.ts";

const RUNS = 5;
const CLIENTS = [1, 32, 256, 1000] as const;
const COMMAND_BYTES = 200;
const LOAD_MS = 1_000;
/** For each member: more let etcd spread its work no better. */
const ETCD_CONNECTIONS = 4;
/** For each NATS server. */
const NATS_CONNECTIONS = 2;

/** The second acknowledges what it has not synced. */
const NATS_NAMES = ["nats", "nats_unsynced"] as const;
type NatsName = (typeof NATS_NAMES)[number];

/** Something that is written to. Clients go to its members in turn, the leader first, or all to the leader. */
interface System {
  readonly name: "store" | "spread" | "bare" | "etcd" | NatsName;
  readonly measure: (load: Load) => Promise<Measured>;
}

export async function benchRaft(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), "quorumbook-bench-raft-"));
  const stops: (() => Promise<void>)[] = [];
  try {
    const nodes = await startStore(folder, stops);
    const systems: System[] = [
      { name: "store", measure: (load) => loadOn(nodes.slice(0, 1), load) },
      { name: "spread", measure: (load) => loadOn(nodes, load) },
      await startBare(folder, stops),
    ];
    const etcd = findProgram("etcd", "etcd-server");
    if (etcd === undefined) process.stderr.write("etcd cannot be had here: its rows are left out\n");
    else systems.push(await startPeer(etcd, join(folder, "etcd"), stops));
    const nats = await startNatsPeer(folder, stops);
    if (nats !== undefined) systems.push(nats);
    return rowsOf(await measureAll(systems));
  } finally {
    for (const stop of stops) await stop();
    await rm(folder, { recursive: true, force: true });
  }
}

type Samples = ReadonlyMap<string, readonly Measured[]>;

async function measureAll(systems: readonly System[]): Promise<Samples> {
  const samples = new Map<string, Measured[]>();
  for (let run = 0; run <= RUNS; run++) {
    for (const clients of CLIENTS) {
      for (const { name, measure } of systems) {
        if (name === "spread" && clients === 1) continue;
        const measured = await measure({ clients, milliseconds: LOAD_MS });
        const key = `${name} ${clients}`;
        // The first run only warms up.
        if (run > 0) samples.set(key, [...(samples.get(key) ?? []), measured]);
      }
    }
  }
  return samples;
}

function rowsOf(samples: Samples): Row[] {
  const of = (system: System["name"], clients: number, what: keyof Measured): number[] | undefined =>
    samples.get(`${system} ${clients}`)?.map((measured) => measured[what]);
  const rows: Row[] = [];
  const add = (name: string, unit: string, clients: number, what: keyof Measured): void => {
    const [bare, peer] = [of("bare", clients, what), of("etcd", clients, what)];
    rows.push(rowOf(name, unit, of("store", clients, what) ?? [], bare, peer));
    // One client alone is at the leader either way.
    if (clients > 1) rows.push(rowOf(`${name}.spread`, unit, of("spread", clients, what) ?? [], bare, peer));
    if (bare !== undefined) rows.push(rowOf(`${name}.bare`, unit, bare));
    if (peer !== undefined) rows.push(rowOf(`${name}.etcd`, unit, peer));
    for (const system of NATS_NAMES) {
      const theirs = of(system, clients, what);
      if (theirs !== undefined) rows.push(rowOf(`${name}.${system}`, unit, theirs));
    }
  };
  for (const clients of CLIENTS) add(`raft.per_s.c${clients}`, "writes/s", clients, "perSecond");
  add("raft.p50_ms.c1", "ms", 1, "p50Ms");
  for (const clients of [1, 256]) add(`raft.p99_ms.c${clients}`, "ms", clients, "p99Ms");
  return rows;
}

/** The leader first. */
async function startStore(folder: string, stops: (() => Promise<void>)[]): Promise<Child[]> {
  const ids = ["n1", "n2", "n3"];
  const members = Object.fromEntries(
    await Promise.all(ids.map(async (id) => [id, `127.0.0.1:${await freePort()}`] as const)),
  );
  const nodes = ids.map((nodeId) => {
    const options: StoreOptions = {
      nodeId,
      dataDir: join(folder, nodeId),
      members,
      commandBytes: COMMAND_BYTES,
    };
    const node = startChild(join(import.meta.dirname, "raft/store-server.ts"), { options });
    stops.push(() => node.kill());
    return node;
  });
  await Promise.all(nodes.map((node) => node.ready));
  for (;;) {
    const statuses = await Promise.all(nodes.map((node) => node.ask<StoreStatus>("status")));
    const leader = ids.findIndex((id) => statuses.every((status) => status.leader === id));
    if (leader !== -1) return [...nodes.slice(leader), ...nodes.slice(0, leader)];
    await sleep(20);
  }
}

async function startBare(folder: string, stops: (() => Promise<void>)[]): Promise<System> {
  const start = (name: string, followers: readonly number[]): Child => {
    const options: BareOptions = { file: join(folder, name), entryBytes: COMMAND_BYTES, followers };
    const child = startChild(join(import.meta.dirname, "raft/bare-server.ts"), { options });
    stops.push(() => child.kill());
    return child;
  };
  const followers = [start("bare-2", []), start("bare-3", [])];
  const ports = (await Promise.all(followers.map((follower) => follower.ready))) as number[];
  const leader = start("bare-1", ports);
  await leader.ready;
  return { name: "bare", measure: (load) => loadOn([leader], load) };
}

async function startPeer(program: string, folder: string, stops: (() => Promise<void>)[]): Promise<System> {
  const etcd = await startEtcd(program, folder);
  stops.push(() => etcd.stop());
  const rounds = Array.from({ length: ETCD_CONNECTIONS }, () => etcd.ports).flat();
  const connections = await Promise.all(rounds.map((port) => EtcdConnection.open(port, COMMAND_BYTES)));
  stops.unshift(async () => {
    for (const connection of connections) connection.close();
  });
  return {
    name: "etcd",
    measure: async (load) => {
      const put = (client: number): Ask => (connections[client % connections.length] as EtcdConnection).put;
      return together([await closedLoop(load, put)]);
    },
  };
}

/** As durable as the program can be: NATS syncs before it acknowledges since 2.10 only. */
async function startNatsPeer(folder: string, stops: (() => Promise<void>)[]): Promise<System | undefined> {
  const nats = await startNats(folder, true);
  if (nats === undefined) return undefined;
  const { servers, synced } = nats;
  stops.push(() => servers.stop());
  await makeStream(servers.addresses);
  const rounds = Array.from({ length: NATS_CONNECTIONS }, () => servers.addresses).flat();
  const connections = await Promise.all(rounds.map((address) => NatsPuts.open(address, COMMAND_BYTES)));
  stops.unshift(async () => {
    for (const connection of connections) await connection.close();
  });
  return {
    name: synced ? "nats" : "nats_unsynced",
    measure: async (load) => {
      const put = (client: number): Ask => (connections[client % connections.length] as NatsPuts).put;
      return together([await closedLoop(load, put)]);
    },
  };
}

/** The load spread over the processes as evenly as it goes. */
async function loadOn(children: readonly Child[], { clients, milliseconds }: Load): Promise<Measured> {
  const parts = children.map((child, i) => ({
    child,
    clients: Math.floor((clients + children.length - 1 - i) / children.length),
  }));
  const busy = parts.filter((part) => part.clients > 0);
  return together(
    await Promise.all(
      busy.map((part) => part.child.ask<Answered>({ clients: part.clients, milliseconds } satisfies Load)),
    ),
  );
}
