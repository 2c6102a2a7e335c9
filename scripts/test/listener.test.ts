// What a connection vouches for: all it was told, if it was whole to the end; less, if it was cut.
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { WebSocketServer } from "ws";
import { Listener } from "../consistency/listener.ts";
import { seededRandom } from "../season/random.ts";

const BEGUN = 10;

/** Listens to a server that begins at index 10, replays these indexes, and then goes on as told. */
async function heard(indexes: readonly number[], isCut: boolean): Promise<number | undefined> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  server.on("connection", (socket) => {
    socket.on("message", (data: Buffer) => {
      const { type } = JSON.parse(data.toString()) as { type: string };
      if (type === "ping") socket.send('{"type":"pong"}');
      if (type !== "subscribe") return;
      socket.send(JSON.stringify({ type: "subscribed", index: BEGUN }));
      for (const index of indexes) socket.send(JSON.stringify({ type: "gameClosed", index, replay: true }));
      if (isCut) socket.close();
    });
  });
  try {
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const listener = new Listener(new Map([["node1", url]]), [], seededRandom(1), () => BEGUN);
    await listener.listen("node1", url, undefined, 2, 200);
    return listener.segments[0]?.through;
  } finally {
    server.close();
  }
}

describe("a connection", () => {
  it("vouches for all up to where it began, and on, if it was answered to the end", async () => {
    expect(await heard([4, 7], false)).toBe(BEGUN);
    expect(await heard([4, 12], false)).toBe(12);
  });

  it("that was cut vouches for nothing behind the index before its last, wherever it began", async () => {
    expect(await heard([4, 7], true)).toBe(6);
    expect(await heard([], true)).toBe(-1);
  });
});
