// A game node on a log in memory, as some benches start it in a process of its own.
import { createGameNode, type GameNodeOptions, loadUws, MemoryLog } from "@quorumbook/node-server";
import { generateKeyPairSync } from "node:crypto";

export interface OneNodeOptions {
  readonly sockets: "uws" | "ws";
  readonly jwksUrl: string;
  readonly bankroll: number;
}

export interface OneNode {
  readonly port: number;
  readonly log: MemoryLog;
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

export async function startOneNode({ sockets, jwksUrl, bankroll }: OneNodeOptions): Promise<OneNode> {
  let log: MemoryLog | undefined;
  const node = await createGameNode({
    openLog: async (machine) => {
      log = new MemoryLog(machine, Date.now);
      return log;
    },
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
  if (log === undefined) throw new Error("the node has opened no log");
  return { port: await node.listen("127.0.0.1", 0), log };
}
