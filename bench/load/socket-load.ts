// Bets over WebSockets spread over the nodes: each keeps so many in flight.
import { betsOn, OddsSeen } from "./bets.ts";
import { freshKey } from "./bettors.ts";
import { SocketConnection } from "./socket-connection.ts";
import { Tally, type Tallied } from "./tally.ts";

export interface SocketLoad {
  readonly ports: readonly number[];
  /** One a socket. */
  readonly tokens: readonly string[];
  readonly games: readonly number[];
  readonly inFlight: number;
  readonly warmMs: number;
  readonly measureMs: number;
}

const CONFIRMED = Buffer.from('{"type":"betConfirmed"');
const REJECTED = Buffer.from('{"type":"betRejected"');

export async function loadOverSockets(load: SocketLoad): Promise<Tallied> {
  const { ports, tokens, games, inFlight, warmMs, measureMs } = load;
  const sockets = await Promise.all(
    tokens.map(async (token, i) => {
      const socket = await SocketConnection.open(ports[i % ports.length] ?? 0);
      socket.send(JSON.stringify({ type: "authenticate", token }));
      await socket.next('{"type":"authenticated"');
      return socket;
    }),
  );
  const next = betsOn(games, tokens.length, "any", new OddsSeen());
  const tally = new Tally(warmMs, measureMs);
  const run = (socket: SocketConnection): Promise<void> =>
    new Promise((resolve) => {
      // A node answers the bets of one connection in the order of the log, which is that in which they came.
      const askedAt: number[] = [];
      const ask = (): void => {
        askedAt.push(performance.now());
        socket.send(`{"type":"placeBet","requestId":"${freshKey()}",${next().body.slice(1)}`);
      };
      socket.onText = (text) => {
        const isConfirmed = text.subarray(0, CONFIRMED.length).equals(CONFIRMED);
        if (!isConfirmed && !text.subarray(0, REJECTED.length).equals(REJECTED)) return;
        const now = performance.now();
        tally.count(now, now - (askedAt.shift() ?? now), isConfirmed ? "accepted" : codeOf(text));
        if (tally.isOver(now)) resolve();
        else ask();
      };
      for (let i = 0; i < inFlight; i += 1) ask();
    });
  await Promise.all(sockets.map(run));
  for (const socket of sockets) socket.close();
  return tally.result();
}

function codeOf(text: Buffer): string {
  return /"code":"(?<code>\w+)"/.exec(text.toString("latin1"))?.groups?.["code"] ?? "unknown";
}
