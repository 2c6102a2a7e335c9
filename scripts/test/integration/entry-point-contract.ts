// What whatever stands at the front must do: run against the built-in gateway and against nginx. The servers behind are
// small stand-ins.
import { once } from "node:events";
import {
  Agent,
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import type { GatewaySettings } from "../../gateway/settings.ts";
import { httpJson } from "../../lib/http-json.ts";
import { until } from "../../lib/until.ts";

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A server behind the gateway that counts what it gets and answers as the test says. */
class Upstream {
  readonly seen: string[] = [];
  ready = true;
  /** What it says with 503 where it is not. */
  status = "starting";
  /** Like a process under SIGSTOP: connections are accepted, and nothing is ever said. */
  stopped = false;
  handler: Handler = (incoming, response) => {
    response.writeHead(200, { "content-type": "application/json", "book-index": "7" });
    response.end(JSON.stringify({ from: this.name, url: incoming.url, headers: incoming.headers }));
  };
  readonly name: string;
  readonly server: Server;

  constructor(name: string) {
    this.name = name;
    this.server = createServer((incoming, response) => {
      if (this.stopped) return;
      if (incoming.url === "/readyz") {
        response.statusCode = this.ready ? 200 : 503;
        response.end(JSON.stringify({ status: this.ready ? "ready" : this.status }));
        return;
      }
      incoming.resume();
      incoming.once("end", () => {
        this.seen.push(`${incoming.method} ${incoming.url}`);
        this.handler(incoming, response);
      });
    });
  }

  get address() {
    return { host: "127.0.0.1", port: (this.server.address() as AddressInfo).port };
  }

  async listen(): Promise<this> {
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    return this;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

/** An entry point that listens. */
export interface EntryPoint {
  readonly port: number;
  setNodes(nodes: GatewaySettings["nodes"]): Promise<void>;
  close(): Promise<void>;
}

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** Two nodes and an auth-server with the entry point in front of them, until the test ends. */
export async function systemBehind(open: (settings: GatewaySettings) => Promise<EntryPoint>) {
  const [a, b, auth] = await Promise.all([
    new Upstream("a").listen(),
    new Upstream("b").listen(),
    new Upstream("auth").listen(),
  ]);
  const gateway = await open({
    host: "127.0.0.1",
    port: await freePort(),
    auth: auth.address,
    nodes: [a.address, b.address],
    demo: undefined,
  });
  cleanups.push(
    () => a.close(),
    () => b.close(),
    () => auth.close(),
    () => gateway.close(),
  );
  return { a, b, auth, gateway, url: `http://127.0.0.1:${gateway.port}` };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}

export function from(answer: { json: unknown }): string {
  return (answer.json as { from: string }).from;
}

export function describeEntryPoint(
  name: string,
  open: (settings: GatewaySettings) => Promise<EntryPoint>,
): void {
  const system = () => systemBehind(open);
  describe(name, () => {
    it("names each request, for the server behind and for the client", async () => {
      const { url } = await system();
      const named = await httpJson(`${url}/api/games`, { headers: { "x-request-id": "mine-1" } });
      expect(named.headers["x-request-id"]).toBe("mine-1");
      expect((named.json as { headers: object }).headers).toMatchObject({ "x-request-id": "mine-1" });
      const nameless = await httpJson(`${url}/api/games`, { headers: { "x-request-id": "no good" } });
      const id = nameless.headers["x-request-id"];
      expect(id).toMatch(/^[0-9a-f-]{32,36}$/);
      expect((nameless.json as { headers: object }).headers).toMatchObject({ "x-request-id": id });
      expect((await httpJson(`${url}/metrics`)).headers["x-request-id"]).toMatch(/^[0-9a-f-]{32,36}$/);
    });

    it("sends /api to the ready nodes in turn, and /api/auth and pages to auth-server", async () => {
      const { url } = await system();
      const first = from(await httpJson(`${url}/api/games`));
      const second = from(await httpJson(`${url}/api/games`));
      expect([first, second].toSorted()).toEqual(["a", "b"]);
      expect(from(await httpJson(`${url}/api/auth/me`))).toBe("auth");
      expect(from(await httpJson(`${url}/games/12`))).toBe("auth");
    });

    it("has other nodes behind it once it is told, and lets requests under way end", async () => {
      const { a, b, gateway, url } = await system();
      const c = await new Upstream("c").listen();
      cleanups.push(() => c.close());
      const answerNow = Promise.withResolvers<void>();
      a.handler = (_, response) => void answerNow.promise.then(() => response.end('{"from":"a"}'));
      // A write: nobody asks another node for its answer.
      const write = () => httpJson(`${url}/api/bets`, { method: "POST", body: {} });
      let underWay = write();
      for (let asked = 0; asked < 100; asked += 1) {
        const answered = await Promise.race([underWay, until(() => a.seen.length > 0, 1_000)]);
        if (answered === true) break;
        underWay = write();
      }
      await gateway.setNodes([b.address, c.address]);
      const names = new Set<string>();
      const both = await until(async () => {
        names.add(from(await httpJson(`${url}/api/games`)));
        return names.has("b") && names.has("c");
      }, 5_000);
      expect(both).toBe(true);
      const before = a.seen.length;
      for (let i = 0; i < 6; i += 1) await httpJson(`${url}/api/games`);
      expect(a.seen).toHaveLength(before);
      answerNow.resolve();
      expect((await underWay).text).toContain('"a"');
    });

    it("passes headers and bodies on both ways, and says itself who the client is", async () => {
      const { a, b, url } = await system();
      const echo: Handler = (incoming, response) => {
        response.writeHead(201, { "content-type": "application/json", "book-command-index": "12" });
        response.end(JSON.stringify({ headers: incoming.headers }));
      };
      a.handler = echo;
      b.handler = echo;
      const answer = await httpJson(`${url}/api/bets`, {
        method: "POST",
        body: { stake: 100 },
        headers: { "idempotency-key": "0123456789", "x-forwarded-for": "6.6.6.6", forwarded: "for=6.6.6.6" },
      });
      expect(answer.status).toBe(201);
      expect(answer.headers["book-command-index"]).toBe("12");
      const { headers } = answer.json as { headers: Record<string, string> };
      expect(headers).toMatchObject({
        "idempotency-key": "0123456789",
        "content-length": "13",
        "x-forwarded-for": "127.0.0.1",
        "x-forwarded-proto": "http",
      });
      expect(headers["forwarded"]).toBeUndefined();
    });

    it("answers 404 problem+json for internal pages without asking anybody", async () => {
      const { a, b, auth, url } = await system();
      for (const path of ["/metrics", "/%6detrics", "/readyz", "//healthz"]) {
        const answer = await httpJson(url + path);
        expect([answer.status, answer.mediaType]).toEqual([404, "application/problem+json"]);
        expect(answer.json).toMatchObject({ code: "not_found", status: 404 });
      }
      expect([...a.seen, ...b.seen, ...auth.seen]).toEqual([]);
    });

    it("tries a GET whose connection is cut on another node", async () => {
      const { a, b, url } = await system();
      a.handler = (incoming) => incoming.socket.destroy();
      for (let i = 0; i < 3; i += 1) expect(from(await httpJson(`${url}/api/games`))).toBe("b");
      expect(b.seen).toHaveLength(3);
      expect(a.seen.length).toBeGreaterThan(0);
    });

    it("never sends a POST twice once it was sent: a cut one is an open outcome", async () => {
      const { a, b, url } = await system();
      a.handler = (incoming) => incoming.socket.destroy();
      b.handler = a.handler;
      const answer = await httpJson(`${url}/api/bets`, { method: "POST", body: {} });
      expect([answer.status, answer.mediaType]).toEqual([502, "text/plain"]);
      expect([...a.seen, ...b.seen]).toEqual(["POST /api/bets"]);
    });

    it("sends a POST to another node when the first refuses the connection", async () => {
      const { a, url } = await system();
      a.close();
      for (let i = 0; i < 4; i += 1) {
        expect(from(await httpJson(`${url}/api/bets`, { method: "POST", body: {} }))).toBe("b");
      }
    });

    it("answers 503 no_leader, to be tried again, when no node is ready", async () => {
      const { a, b, url } = await system();
      a.close();
      b.close();
      const answer = await httpJson(`${url}/api/bets`, { method: "POST", body: {} });
      expect([answer.status, answer.mediaType, answer.headers["retry-after"]]).toEqual([
        503,
        "application/problem+json",
        "1",
      ]);
      expect(answer.json).toMatchObject({ code: "no_leader" });
    });

    it("answers 504, an open outcome, for a POST that a node keeps without an answer", async () => {
      const { a, b, url } = await system();
      a.handler = () => undefined;
      b.handler = a.handler;
      const answer = await httpJson(`${url}/api/bets`, { method: "POST", body: {} });
      expect([answer.status, answer.mediaType]).toEqual([504, "text/plain"]);
      expect([...a.seen, ...b.seen]).toEqual(["POST /api/bets"]);
    });

    it("asks another node for what a stopped one was asked to read, without waiting for the time-out", async () => {
      const { a, b, url } = await system();
      a.stopped = true;
      const began = performance.now();
      const answers = await Promise.all([1, 2, 3, 4].map(() => httpJson(`${url}/api/games`)));
      expect(answers.map(from)).toEqual(["b", "b", "b", "b"]);
      expect(performance.now() - began).toBeLessThan(5_000);
      expect(b.seen).toHaveLength(4);
    });

    it("streams an answer as it comes", async () => {
      const { a, b, url } = await system();
      let more = () => {};
      a.handler = (_, response) => {
        response.write("first");
        more = () => response.end("last");
      };
      b.handler = a.handler;
      const [response] = (await once(request(`${url}/api/cluster/backup`).end(), "response")) as [
        IncomingMessage,
      ];
      const [chunk] = (await once(response, "data")) as [Buffer];
      expect(chunk.toString()).toBe("first");
      more();
      const [end] = (await once(response, "data")) as [Buffer];
      expect(end.toString()).toBe("last");
    });

    it("cuts the client off when an answer is cut off", async () => {
      const { a, b, url } = await system();
      a.handler = (incoming, response) => {
        response.writeHead(200, { "content-length": "100" });
        response.write("half");
        setImmediate(() => incoming.socket.destroy());
      };
      b.handler = a.handler;
      await expect(httpJson(`${url}/api/games`)).rejects.toThrow(/aborted|hang up/);
    });

    it("refuses a body over 1 MiB, announced or not", async () => {
      const { a, b, url } = await system();
      const announced = await httpJson(`${url}/api/bets`, { method: "POST", body: "x".repeat(1_100_000) });
      expect([announced.status, announced.json]).toMatchObject([413, { code: "payload_too_large" }]);
      const chunked = request(`${url}/api/bets`, { method: "POST" });
      chunked.write("x".repeat(1_100_000));
      const [response] = (await once(chunked, "response")) as [IncomingMessage];
      expect(response.statusCode).toBe(413);
      chunked.destroy();
      expect([...a.seen, ...b.seen]).toEqual([]);
    });

    it("keeps connections to the servers behind open", async () => {
      const { a, b, url } = await system();
      const sockets = new Set<unknown>();
      const handler: Handler = (incoming, response) => {
        sockets.add(incoming.socket);
        response.end("{}");
      };
      a.handler = handler;
      b.handler = handler;
      const agent = new Agent({ keepAlive: true });
      cleanups.push(() => agent.destroy());
      for (let i = 0; i < 20; i += 1) await httpJson(`${url}/api/games`, { agent });
      expect(sockets.size).toBe(2);
    });

    it("passes WebSockets to a node with the client's address, and closes one side with the other", async () => {
      const { a, b, gateway } = await system();
      const behind = [a, b].map(({ server }) => new WebSocketServer({ server, path: "/ws" }));
      const accepted = Promise.race(behind.map((one) => once(one, "connection"))) as Promise<
        [WebSocket, IncomingMessage]
      >;
      const client = new WebSocket(`ws://127.0.0.1:${gateway.port}/ws`, {
        headers: { "x-forwarded-for": "6.6.6.6" },
      });
      const [server, opening] = await accepted;
      server.on("message", (data) => server.send(`echo ${(data as Buffer).toString()}`));
      await (client.readyState === WebSocket.OPEN ? undefined : once(client, "open"));
      expect(opening.headers["x-forwarded-for"]).toBe("127.0.0.1");
      client.send("hello");
      const [data] = (await once(client, "message")) as [Buffer];
      expect(data.toString()).toBe("echo hello");
      const closed = once(client, "close");
      server.terminate();
      await closed;
    });

    it("answers an upgrade elsewhere with 404", async () => {
      const { gateway } = await system();
      const client = new WebSocket(`ws://127.0.0.1:${gateway.port}/metrics`);
      const [error] = (await once(client, "error")) as [Error];
      expect(error.message).toMatch(/404/);
    });

    it("takes a request that offers another protocol as one without the offer", async () => {
      const { a, b, gateway } = await system();
      const upgrade = { connection: "Upgrade, HTTP2-Settings", upgrade: "h2c", "http2-settings": "AAMAAABk" };
      const asked = request({ host: "127.0.0.1", port: gateway.port, path: "/api/games", headers: upgrade });
      asked.end();
      const [response] = (await once(asked, "response")) as [IncomingMessage];
      response.resume();
      expect(response.statusCode).toBe(200);
      expect([...a.seen, ...b.seen]).toEqual(["GET /api/games"]);
    });

    it("cuts off a client that does not finish its headers", { timeout: 30_000 }, async () => {
      const { gateway } = await system();
      const socket = connect(gateway.port, "127.0.0.1");
      await once(socket, "connect");
      socket.write("GET /api/games HTTP/1.1\r\nHost: x\r\n");
      socket.resume();
      await once(socket, "close");
      expect(socket.destroyed).toBe(true);
    });
  });
}
