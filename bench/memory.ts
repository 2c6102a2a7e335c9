// `memory`: the room that one node takes whose book is full, and how much more with ten thousand WebSockets.
import { join } from "node:path";
import { startChild } from "./lib/child.ts";
import { startKeyServer } from "./lib/key-server.ts";
import { type Row, rowOf } from "./lib/report.ts";
import { SocketConnection } from "./load/socket-connection.ts";
import type { FullNodeOptions } from "./memory/full-node.ts";

const ACCOUNTS = 1_000_000;
const GAMES = 100_000;
const BETS = 10_000_000;
const SOCKETS = 10_000;
const OPEN_AT_ONCE = 100;
/** Games that each of them follows. */
const FOLLOWED = 10;
const MIB = 2 ** 20;

/** @param bets in the book */
export async function benchMemory(bets = BETS): Promise<Row[]> {
  const keys = await startKeyServer();
  const options: FullNodeOptions = { accounts: ACCOUNTS, games: GAMES, bets, jwksUrl: keys.jwksUrl };
  const child = startChild(join(import.meta.dirname, "memory/full-node.ts"), { options });
  try {
    const port = (await child.ready) as number;
    const full = await child.ask<number>("memory");
    const sockets: SocketConnection[] = [];
    while (sockets.length < SOCKETS) {
      const more = Array.from({ length: OPEN_AT_ONCE }, (_, at) => subscriber(port, sockets.length + at));
      sockets.push(...(await Promise.all(more)));
    }
    const crowded = await child.ask<number>("memory");
    for (const socket of sockets) socket.close();
    return [
      rowOf("memory.node_mib", "MiB", [full / MIB]),
      rowOf("memory.bytes_per_bet", "bytes", [full / bets]),
      rowOf("memory.sockets_10k_mib", "MiB", [(crowded - full) / MIB]),
    ];
  } finally {
    await child.kill();
    keys.close();
  }
}

async function subscriber(port: number, number: number): Promise<SocketConnection> {
  const socket = await SocketConnection.open(port);
  const snapshot = socket.next('{"type":"snapshot"');
  const games = Array.from({ length: FOLLOWED }, (_, at) => 1 + ((number * FOLLOWED + at) % GAMES));
  socket.send(JSON.stringify({ type: "subscribe", games }));
  await snapshot;
  return socket;
}
