// A game node on a log in memory: what carrying, checking, deciding and answering a bet costs, without replication. Told
// "cpu" by its parent, it answers with the CPU time that it has had, in microseconds.
import { generateKeyPairSync } from "node:crypto";
import { createGameNode, type GameNodeOptions, loadUws, MemoryLog } from "@quorumbook/node-server";
import { childOptions } from "../lib/child.ts";

export interface OneNodeOptions {
  readonly sockets: "uws" | "ws";
  readonly jwksUrl: string;
  readonly bankroll: number;
}

const nothing = (): void => undefined;
const silent = {
  level: "silent",
  fatal: nothing,
  error: nothing,
  warn: nothing,
  info: nothing,
  debug: nothing,
  trace: nothing,
  silent: nothing,
  child: () => silent,
};

const { sockets, jwksUrl, bankroll } = childOptions() as OneNodeOptions;
const node = await createGameNode({
  openLog: async (machine) => new MemoryLog(machine, Date.now),
  uws: sockets === "uws" ? loadUws().uws : undefined,
  peerUrls: new Map(),
  jwksUrl: new URL(jwksUrl),
  issuer: "quorumbook",
  audience: "quorumbook",
  bankroll,
  clusterId: "bench",
  receiptKey: generateKeyPairSync("ed25519").privateKey,
  rateLimit: 0,
  logger: silent as GameNodeOptions<MemoryLog>["logger"],
  onFatal: (error) => {
    throw error;
  },
});
const port = await node.listen("127.0.0.1", 0);
process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send?.(user + system);
});
process.send?.(port);
