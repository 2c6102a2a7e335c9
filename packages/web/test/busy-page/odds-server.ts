// As much of a system as the page needs to show odds that change all the time: its files, and a socket that tells.
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, resolve } from "node:path";
import { type WebSocket, WebSocketServer } from "ws";

const DIST = resolve(import.meta.dirname, "../../dist");
const TYPES: Record<string, string> = {
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};
const TICK_MS = 50;

export interface OddsServer {
  readonly origin: string;
  /** Changes sent since `begin`. */
  readonly sent: number;
  /** From now on odds change. */
  begin(): void;
  close(): Promise<void>;
}

export async function startOddsServer(options: {
  readonly games: number;
  readonly changesPerSecond: number;
}): Promise<OddsServer> {
  const http = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://x").pathname;
    if (path.startsWith("/api/")) {
      response
        .writeHead(401, { "content-type": "application/problem+json" })
        .end('{"code":"unauthenticated"}');
      return;
    }
    const file = join(DIST, path);
    const asset = extname(path) !== "" && existsSync(file) ? file : join(DIST, "index.html");
    response
      .writeHead(200, { "content-type": TYPES[extname(asset)] ?? "text/html" })
      .end(readFileSync(asset));
  });
  const sockets = new WebSocketServer({ server: http });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");

  let sent = 0;
  let index = 1;
  let round = 0;
  let following: WebSocket | undefined;
  let timer: NodeJS.Timeout | undefined;
  sockets.on("connection", (socket) => {
    const say = (message: object) => socket.send(JSON.stringify(message));
    say({ type: "welcome", nodeId: "node1", index, serverTime: new Date().toISOString() });
    socket.on("message", (data: Buffer) => {
      const { type } = JSON.parse(data.toString()) as { type: string };
      if (type === "ping") say({ type: "pong" });
      if (type !== "subscribe") return;
      following = socket;
      say({ type: "subscribed", games: "all", index });
      const games = Array.from({ length: options.games }, (_, at) => gameOf(at + 1, index, 0));
      say({ type: "snapshot", index, games });
    });
  });

  const tick = (): void => {
    round += 1;
    for (let change = 0; change < (options.changesPerSecond * TICK_MS) / 1000; change += 1) {
      index += 1;
      const { id, outcomes, totalStaked } = gameOf((change % options.games) + 1, index, round);
      const prices = outcomes.map(({ key, odds, cap, staked }) => ({ key, odds, cap, staked }));
      const message = {
        type: "oddsChanged",
        index,
        gameId: id,
        version: index,
        outcomes: prices,
        totalStaked,
      };
      following?.send(JSON.stringify(message));
      sent += 1;
    }
  };
  return {
    origin: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    get sent() {
      return sent;
    },
    begin() {
      timer ??= setInterval(tick, TICK_MS);
    },
    async close() {
      clearInterval(timer);
      for (const socket of sockets.clients) socket.terminate();
      const closed = once(http, "close");
      http.close();
      http.closeAllConnections();
      await closed;
    },
  };
}

/** Odds that go up and down by a tick or a few, each outcome at its own pace. */
function gameOf(id: number, version: number, round: number) {
  const outcomes = ["Home", "Draw", "Away"].map((label, at) => ({
    key: `opt${at + 1}`,
    label,
    odds: Math.round((2 + at + Math.sin((round + id * 7 + at * 11) / 9)) * 100) / 100,
    cap: 10_000 + ((round * 37) % 5_000),
    staked: round * 100,
  }));
  return {
    id,
    question: `Match ${id}: Rovers – United`,
    category: "real",
    status: "open",
    outcomes,
    version,
    totalStaked: round * 300,
    createdAt: "2026-01-01T00:00:00Z",
  };
}
