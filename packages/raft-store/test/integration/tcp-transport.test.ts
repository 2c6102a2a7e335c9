import { connect, createServer, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { encodeFrameHeader } from "../../src/frame.ts";
import { nodeRuntime } from "../../src/node-runtime.ts";
import { FrameKind } from "../../src/transport/framed-socket.ts";
import { parseAddress } from "../../src/transport/tcp-options.ts";
import { TcpTransport } from "../../src/transport/tcp-transport.ts";
import type { TransportHandler } from "../../src/transport/transport.ts";
import { type NodeId, nodeId } from "../../src/units.ts";
import { freeAddress, until } from "./cluster.ts";

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
});

interface End {
  readonly transport: TcpTransport;
  readonly frames: string[];
  readonly connected: Set<NodeId>;
  readonly gone: NodeId[];
  readonly warnings: string[];
}

const a = nodeId("a");
const b = nodeId("b");

async function end(
  id: NodeId,
  listen: string,
  options: { secret?: string; silenceMsMax?: number; bufferedBytesMax?: number } = {},
): Promise<End> {
  const transport = new TcpTransport(
    { clusterId: "c", nodeId: id, incarnation: `${id}-1`, listen, frameBytesMax: 1 << 20, ...options },
    nodeRuntime,
  );
  const made: End = { transport, frames: [], connected: new Set(), gone: [], warnings: [] };
  const handler: TransportHandler = {
    onFrame: (from, frame) => {
      const text = Buffer.from(frame).toString();
      if (text === "nonsense") throw new Error("no message");
      made.frames.push(`${from}: ${text.slice(0, 40)}`);
    },
    onConnected: (peer) => made.connected.add(peer),
    onDisconnected: (peer) => made.connected.delete(peer),
    onGone: (peer) => made.gone.push(peer),
    admit: async () => undefined,
    onWarning: (message) => made.warnings.push(message),
  };
  await transport.start(handler);
  opened.push(transport);
  return made;
}

async function pair(
  options: { secret?: string; silenceMsMax?: number } = {},
): Promise<{ one: End; other: End; addresses: Map<NodeId, string> }> {
  const addresses = new Map([
    [a, await freeAddress()],
    [b, await freeAddress()],
  ]);
  const one = await end(a, addresses.get(a) as string, options);
  const other = await end(b, addresses.get(b) as string, options);
  one.transport.setPeers(addresses);
  other.transport.setPeers(addresses);
  return { one, other, addresses };
}

const connected = (...ends: readonly End[]): Promise<true> =>
  until(async () => (ends.every((each) => each.connected.size > 0) ? true : undefined));

const text = (value: string): Uint8Array[] => [Buffer.from(value)];

/** A connection that speaks as it pleases; resolves to how many bytes it was sent once it is closed on. */
async function stranger(address: string, speak: (socket: Socket) => void): Promise<number> {
  const socket = connect(parseAddress(address));
  let bytes = 0;
  socket.on("data", (chunk) => {
    bytes += chunk.length;
  });
  socket.on("error", () => {
    // A reset is one way of being closed on.
  });
  speak(socket);
  await new Promise((resolve) => socket.once("close", resolve));
  return bytes;
}

describe("the TCP transport", () => {
  test("carries frames in order, both ways, whatever their size", async () => {
    const { one, other } = await pair();
    await connected(one, other);
    for (let i = 0; i < 500; i++) one.transport.send(b, [Buffer.from(`${i}`), Buffer.alloc(i * 20, " ")]);
    other.transport.send(a, text("back"));
    await until(async () => (other.frames.length === 500 && one.frames.length === 1 ? true : undefined));
    expect(other.frames.map((frame) => Number(frame.slice(3)))).toEqual(
      Array.from({ length: 500 }, (_, i) => i),
    );
    expect(one.frames).toEqual(["b: back"]);
  });

  test("drops what cannot be sent, and says so", async () => {
    const { one } = await pair();
    expect(one.transport.send(nodeId("nobody"), text("x"))).toBe(false);
  });

  test("connects anew when the peer comes back", async () => {
    const { one, other, addresses } = await pair();
    await connected(one, other);
    await other.transport.close();
    await until(async () => (one.connected.size === 0 ? true : undefined));
    expect(one.transport.send(b, text("lost"))).toBe(false);
    const again = await end(b, addresses.get(b) as string);
    again.transport.setPeers(addresses);
    await connected(one, again);
    one.transport.send(b, text("hello again"));
    await until(async () => (again.frames.length > 0 ? true : undefined));
    expect(again.frames).toEqual(["a: hello again"]);
  });

  test("tells that a peer has gone once no connection to or from it is left", async () => {
    const { one, other } = await pair();
    await connected(one, other);
    for (let i = 0; i < 100; i++) other.transport.send(a, text(`${i}`));
    await until(async () => (one.frames.length === 100 ? true : undefined));
    expect(one.gone).toEqual([]);
    await other.transport.close();
    await until(async () => (one.gone.length > 0 ? true : undefined));
    expect(one.gone).toEqual([b]);
    expect(one.connected.size).toBe(0);
  });

  test("has nothing to do with a peer that has a wrong secret, and says so", async () => {
    const addresses = new Map([
      [a, await freeAddress()],
      [b, await freeAddress()],
    ]);
    const one = await end(a, addresses.get(a) as string, { secret: "right" });
    const other = await end(b, addresses.get(b) as string, { secret: "wrong" });
    one.transport.setPeers(addresses);
    other.transport.setPeers(addresses);
    await until(async () => (one.warnings.length > 0 && other.warnings.length > 0 ? true : undefined));
    expect(one.warnings.join("\n")).toContain("does not know the cluster's secret");
    expect(one.connected.size + other.connected.size).toBe(0);
  });

  test("closes on garbage and on too long a frame, with a warning, and on nobody else", async () => {
    const { one, other, addresses } = await pair();
    await connected(one, other);
    const address = addresses.get(a) as string;
    await stranger(address, (socket) => socket.write("GET / HTTP/1.1\r\n\r\n"));
    await stranger(address, (socket) => socket.write(Buffer.alloc(64, 0xff)));
    await stranger(address, (socket) => socket.write(Buffer.alloc(64, 0)));
    expect(one.warnings.length).toBeGreaterThanOrEqual(3);
    other.transport.send(a, text("still here"));
    await until(async () => (one.frames.length > 0 ? true : undefined));
    expect(one.frames).toEqual(["b: still here"]);
  });

  test("buffers no long frame for a stranger, and keeps no place for one that does not introduce itself", async () => {
    const one = await end(a, await freeAddress(), { silenceMsMax: 100 });
    const body = [Buffer.alloc(5000)];
    await stranger(one.transport.address(), (socket) =>
      socket.write(encodeFrameHeader(FrameKind.handshake, body)),
    );
    expect(one.warnings[0]).toContain("longer than the 4096 allowed");
    await stranger(one.transport.address(), (socket) => {
      const chatter = setInterval(() => socket.write(encodeFrameHeader(FrameKind.ping, [])), 10);
      socket.once("close", () => clearInterval(chatter));
    });
    expect(one.warnings[1]).toContain("no greeting in time");
  });

  test("closes on a peer whose frames are no messages, which may then try again", async () => {
    const { one, other } = await pair();
    await connected(one, other);
    one.transport.send(b, text("nonsense"));
    await until(async () => (other.warnings.length > 0 ? true : undefined));
    expect(other.warnings[0]).toContain("no message");
    await until(async () => {
      one.transport.send(b, text("sense"));
      return other.frames.includes("a: sense") ? true : undefined;
    });
  });

  test("gives up a connection that has fallen silent, and one that never says anything", async () => {
    const silent = createServer(() => {
      // Accepts and says nothing.
    });
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const address = silent.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    let dialled = 0;
    silent.on("connection", () => {
      dialled += 1;
    });
    const one = await end(a, await freeAddress(), { silenceMsMax: 100 });
    one.transport.setPeers(new Map([[b, `127.0.0.1:${address.port}`]]));
    await until(async () => (dialled >= 2 ? true : undefined));
    expect(one.connected.size).toBe(0);
    await stranger(one.transport.address(), () => {
      // It is closed on all the same.
    });
    silent.close();
  });

  test("gives up a connection on which a damaged length has made a frame without an end", async () => {
    const addresses = new Map([
      [a, await freeAddress()],
      [b, await freeAddress()],
    ]);
    const one = await end(a, addresses.get(a) as string, { silenceMsMax: 200 });
    const other = await end(b, addresses.get(b) as string, { silenceMsMax: 200 });
    let damage = false;
    const relay = createServer((near) => {
      const far = connect(parseAddress(addresses.get(b) as string));
      far.pipe(near);
      near.on("data", (piece: Buffer) => {
        // Half a megabyte is a length like another; with pings alone it takes days to come together.
        if (damage) piece[2] = 8;
        damage = false;
        far.write(piece);
      });
      for (const [socket, peer] of [
        [near, far],
        [far, near],
      ] as const) {
        socket.on("error", () => peer.destroy());
        socket.on("close", () => peer.destroy());
      }
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => relay.once("listening", resolve));
    const { port } = relay.address() as { port: number };
    one.transport.setPeers(new Map([[b, `127.0.0.1:${port}`]]));
    other.transport.setPeers(addresses);
    await connected(one, other);
    damage = true;
    one.transport.send(b, text("swallowed"));
    await until(async () => {
      one.transport.send(b, text("heard"));
      return other.frames.length > 0 ? true : undefined;
    });
    expect(other.frames[0]).toBe("a: heard");
    expect(other.warnings).toContain("a: malformed: a frame does not come to its end");
    await one.transport.close();
    relay.close();
  });

  test("keeps no more than its bound for a peer that does not read", async () => {
    const { one, other } = await pair();
    await connected(one, other);
    let sent = 0;
    // One turn: nothing is written to the socket before the turn is over.
    while (one.transport.send(b, [Buffer.alloc(1 << 20)])) sent += 1;
    expect(sent).toBeGreaterThanOrEqual(60);
    expect(sent).toBeLessThanOrEqual(70);
    expect(one.warnings.join()).toContain("frames to it are dropped");
    await until(async () => (other.frames.length === sent ? true : undefined));
  });
});
