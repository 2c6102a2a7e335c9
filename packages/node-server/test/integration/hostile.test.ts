// Clients that are broken or mean, on raw sockets: the node answers in form, and goes on.
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { carrier } from "../support/carrier.ts";
import { startMemoryNode, type TestNode } from "../support/memory-node.ts";
import { SocketClient } from "./support/socket-client.ts";

let node: TestNode;
let port: number;

beforeAll(async () => {
  node = await startMemoryNode();
  port = await node.port();
});
afterAll(() => node.close());

/** Sends bytes as they are; returns all that comes back until the node closes. */
async function raw(...pieces: (string | Buffer)[]): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  const heard: Buffer[] = [];
  socket.on("data", (data) => heard.push(data));
  socket.on("error", (error) => heard.push(Buffer.from(String(error))));
  for (const piece of pieces) socket.write(piece);
  await once(socket, "close");
  return Buffer.concat(heard).toString("latin1");
}

describe("a client that speaks no HTTP", () => {
  it.each<[string, string | Buffer]>([
    ["noise", Buffer.from([0, 1, 2, 3, 255, 254, 10, 13, 10])],
    ["a bad request line", "GIMME /api/games\r\n\r\n"],
    ["a bad header", "GET /api/games HTTP/1.1\r\nhost: x\r\nbad header\r\n\r\n"],
    ["two lengths", "POST /api/bets HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx"],
    [
      "length and chunks",
      "POST /api/bets HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
  ])("is told so, in the form of every refusal where the carrier lets us: %s", async (what, bytes) => {
    const answer = await raw(bytes);
    if (carrier() === "uws" && what !== "two lengths") {
      // The library answers what it cannot read itself, closes the connection, and has no say in the wording.
      expect(answer).toMatch(/^HTTP\/1\.1 (?:400|505) [^]*connection: close/i);
      return;
    }
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer.toLowerCase()).toContain("content-type: application/problem+json");
    expect(answer.toLowerCase()).toContain("book-index: ");
    expect(answer).toContain('"code":"invalid_request"');
  });

  it("is told that its headers are too large", async () => {
    const answer = await raw(`GET /api/games HTTP/1.1\r\nhost: x\r\nx-long: ${"x".repeat(40_000)}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('"code":"payload_too_large"');
  });
});

describe("a body", () => {
  it("of bytes that are no UTF-8 is refused", async () => {
    const token = await node.token("ann");
    await node.get("/api/balance", { as: "ann" });
    const before = node.digest();
    const body = Buffer.concat([Buffer.from('{"reason":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
    const answer = await fetch(`http://127.0.0.1:${port}/api/deposits`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        "idempotency-key": "key-utf8-0001",
      },
      body,
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: "invalid_request" });
    expect(node.digest()).toBe(before);
  });

  it("that says one length and has another is not waited for without end", async () => {
    const token = await node.token("ann");
    const socket = connect(port, "127.0.0.1");
    socket.write(
      `POST /api/deposits HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n` +
        "content-type: application/json\r\ncontent-length: 100\r\n\r\n{",
    );
    socket.destroy();
    await once(socket, "close");
    expect((await node.get("/healthz")).status).toBe(200);
  });
});

describe("a client that breaks the WebSocket's rules", () => {
  const hello =
    "GET /ws HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n" +
    "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  const MASKED = 0x80;

  function frame(first: number, second: number, payload: Buffer): Buffer {
    const mask = (second & MASKED) === 0 ? Buffer.alloc(0) : Buffer.alloc(4);
    return Buffer.concat([Buffer.from([first, second]), mask, payload]);
  }

  it.each<[string, Buffer]>([
    ["text that is no UTF-8", frame(0x81, MASKED | 2, Buffer.from([0xc3, 0x28]))],
    ["a frame without a mask", frame(0x81, 2, Buffer.from("{}"))],
    ["a reserved bit", frame(0xf1, MASKED | 2, Buffer.from("{}"))],
    ["an opcode that is none", frame(0x83, MASKED | 2, Buffer.from("{}"))],
    ["a ping in pieces", frame(0x09, MASKED | 2, Buffer.from("{}"))],
    [
      "a length beyond all bounds",
      Buffer.from([0x81, MASKED | 127, 0x7f, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0]),
    ],
    ["an end without a beginning", frame(0x80, MASKED | 2, Buffer.from("{}"))],
  ])("is let go, and nobody else is: %s", async (what, bytes) => {
    const honest = await SocketClient.connect(port);
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => socket.destroy());
    socket.write(hello);
    // Not before the answer: what comes with the request itself is nothing to one carrier, and frames to the other.
    await once(socket, "data");
    socket.resume();
    socket.write(bytes);
    // uWebSockets.js takes what follows for the mask, and waits: its idle time-out ends that.
    const isPatient = carrier() === "uws" && what === "a frame without a mask";
    if (!isPatient) await once(socket, "close");
    socket.destroy();
    await honest.settled();
    await honest.close();
  });

  it("is let go, whatever bytes come at random", async () => {
    const honest = await SocketClient.connect(port);
    for (let some = 0; some < 20; some += 1) {
      const connections = Array.from({ length: 20 }, async () => {
        const socket = connect(port, "127.0.0.1");
        socket.on("error", () => socket.destroy());
        socket.resume();
        socket.write(hello);
        socket.end(randomBytes(500));
        const timer = setTimeout(() => socket.destroy(), 1_000);
        await once(socket, "close");
        clearTimeout(timer);
      });
      await Promise.all(connections);
    }
    await honest.settled();
    expect((await node.get("/api/games")).status).toBe(200);
    await honest.close();
  });
});

describe("many at once", () => {
  it("of connections that say nothing leave honest ones unharmed", async () => {
    const idle = await Promise.all(
      Array.from({ length: 300 }, async () => {
        const socket = connect(port, "127.0.0.1");
        await once(socket, "connect");
        return socket;
      }),
    );
    const honest = await SocketClient.connect(port);
    await honest.settled();
    expect((await node.get("/api/games")).status).toBe(200);
    for (const socket of idle) socket.destroy();
    await honest.close();
  });
});
