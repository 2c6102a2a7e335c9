// A large answer on uWebSockets.js goes out at the pace of its client, whole, or not at all.
import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { Exchange } from "../../../src/front/exchange.ts";
import { loadUws } from "../../../src/uws/load-uws.ts";

const CHUNK = 65_536;
const CHUNKS = 400;
const BYTES = CHUNK * CHUNKS;

let stop: () => void = () => undefined;
afterEach(() => stop());

interface Served {
  readonly port: number;
  /** Chunks that were taken from the source so far. */
  readonly taken: () => number;
  /** The source was let go of. */
  readonly released: Promise<void>;
}

/** Serves `chunks` chunks, each full of its number, as an answer of BYTES. */
async function serve(chunks: number): Promise<Served> {
  const { uws } = loadUws();
  const app = uws.App();
  let taken = 0;
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const source = async function* (): AsyncGenerator<Uint8Array> {
    try {
      for (; taken < chunks; taken += 1) yield Buffer.alloc(CHUNK, taken % 251);
    } finally {
      release();
    }
  };
  app.get("/*", (response) => void new Exchange(response).stream(200, [], BYTES, source()));
  const port = await new Promise<number>((resolve) => {
    app.listen("127.0.0.1", 0, (socket) => {
      if (socket !== false) resolve(uws.us_socket_local_port(socket));
    });
  });
  stop = () => app.close();
  return { port, taken: () => taken, released };
}

async function get(port: number) {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => socket.destroy());
  await once(socket, "connect");
  socket.write("GET /x HTTP/1.1\r\nhost: x\r\n\r\n");
  return socket;
}

describe("a large answer", () => {
  it("waits for a client that does not read, and arrives whole", async () => {
    const { port, taken } = await serve(CHUNKS);
    const socket = await get(port);
    socket.pause();
    await expect.poll(taken).toBeGreaterThan(1);
    let before = -1;
    await expect
      .poll(
        () => {
          const same = taken() === before;
          before = taken();
          return same;
        },
        { interval: 200, timeout: 10_000 },
      )
      .toBe(true);
    expect(taken()).toBeLessThan(CHUNKS);
    const heard: Buffer[] = [];
    let bytes = 0;
    socket.on("data", (data) => {
      heard.push(data);
      bytes += data.length;
    });
    socket.resume();
    await expect.poll(() => bytes, { timeout: 20_000 }).toBeGreaterThanOrEqual(BYTES);
    socket.destroy();
    const answer = Buffer.concat(heard);
    const body = answer.subarray(answer.indexOf("\r\n\r\n") + 4);
    expect(body.length).toBe(BYTES);
    for (let chunk = 0; chunk < CHUNKS; chunk += 1) {
      const part = body.subarray(chunk * CHUNK, (chunk + 1) * CHUNK);
      expect(part.equals(Buffer.alloc(CHUNK, chunk % 251)), `chunk ${chunk}`).toBe(true);
    }
  });

  it("lets go of its source when the client goes", async () => {
    const { port, taken, released } = await serve(CHUNKS);
    const socket = await get(port);
    await once(socket, "data");
    socket.destroy();
    await released;
    expect(taken()).toBeLessThan(CHUNKS);
  });

  it("is cut off where its source ends early", async () => {
    const { port } = await serve(3);
    const socket = await get(port);
    let bytes = 0;
    socket.on("data", (data) => {
      bytes += data.length;
    });
    await once(socket, "close");
    expect(bytes).toBeLessThan(BYTES);
  });
});
