// How long a change of odds takes to reach the last of many subscribers.
import type { NodeProcess } from "../../packages/node-server/test/integration/support/cluster.ts";
import { freshKey } from "./bettors.ts";
import { SocketConnection } from "./socket-connection.ts";

/** Changes that are told, one after another. */
const CHANGES = 15;
const OPEN_AT_ONCE = 100;
const BETWEEN_MS = 100;
const CHANGED = Buffer.from('{"type":"oddsChanged"');

/**
 * Milliseconds from a bet until the last subscriber has the change.
 *
 * @param port where subscribers connect
 * @param asked where the bets are placed
 */
export async function fanOut(
  port: number,
  count: number,
  game: number,
  asked: NodeProcess,
): Promise<number[]> {
  const subscribers: SocketConnection[] = [];
  while (subscribers.length < count) {
    const more = Math.min(OPEN_AT_ONCE, count - subscribers.length);
    subscribers.push(...(await Promise.all(Array.from({ length: more }, () => subscriber(port, game)))));
  }
  let left = 0;
  let onLast: () => void = () => undefined;
  for (const each of subscribers) {
    each.onText = (text) => {
      if (!text.subarray(0, CHANGED.length).equals(CHANGED)) return;
      left -= 1;
      if (left === 0) onLast();
    };
  }
  const times: number[] = [];
  // The first one warms up.
  for (let change = 0; change <= CHANGES; change += 1) {
    const last = new Promise<void>((resolve) => {
      onLast = resolve;
    });
    left = count;
    const from = performance.now();
    const body = { gameId: game, outcome: "opt1", stake: 100, odds: 1.01, accept: "any" };
    const placed = await asked.ask("POST", "/api/bets", { as: "bettor-0", body, key: freshKey() });
    if (placed.status !== 201) throw new Error(`a bet was refused: ${JSON.stringify(placed.body)}`);
    await last;
    if (change > 0) times.push(performance.now() - from);
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS));
  }
  for (const each of subscribers) each.close();
  return times;
}

async function subscriber(port: number, game: number): Promise<SocketConnection> {
  const socket = await SocketConnection.open(port);
  const snapshot = socket.next('{"type":"snapshot"');
  socket.send(JSON.stringify({ type: "subscribe", games: [game] }));
  await snapshot;
  return socket;
}
