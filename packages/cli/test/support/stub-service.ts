// A service that answers the operators' routes as a script says: what the command line asks, and what it makes of
// refusals, without a cluster.
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface Asked {
  readonly route: string;
  readonly token: string | undefined;
  readonly body: unknown;
}

export interface StubAnswer {
  readonly status?: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export class StubService {
  readonly asked: Asked[] = [];
  readonly #server: Server;

  private constructor(answer: (asked: Asked) => StubAnswer) {
    this.#server = createServer((request, response) => {
      void this.#serve(request, response, answer);
    });
  }

  static async open(answer: (asked: Asked) => StubAnswer): Promise<StubService> {
    const service = new StubService(answer);
    service.#server.listen(0, "127.0.0.1");
    await once(service.#server, "listening");
    return service;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get routes(): readonly string[] {
    return this.asked.map(({ route }) => route);
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #serve(
    request: IncomingMessage,
    response: ServerResponse,
    answer: (asked: Asked) => StubAnswer,
  ): Promise<void> {
    const asked = await this.#read(request);
    this.asked.push(asked);
    const { status = 200, body, headers } = answer(asked);
    const type = status < 400 ? "application/json" : "application/problem+json";
    response.writeHead(status, { "content-type": type, ...headers });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  }

  async #read(request: IncomingMessage): Promise<Asked> {
    const body = await text(request);
    return {
      route: `${request.method} ${request.url}`,
      token: request.headers.authorization?.slice("Bearer ".length),
      body: body === "" ? undefined : JSON.parse(body),
    };
  }
}

const rows = ["node1", "node2", "node3"].map((nodeId, at) => ({
  nodeId,
  role: at === 0 ? "leader" : "follower",
  reachable: true,
  lastIndex: 100 + at,
  commitIndex: 100,
  appliedIndex: 100,
  lagMs: at,
  digest: { index: 100, value: "0123456789abcdef" },
}));

/** What `GET /api/cluster` says of three nodes that are well. */
export const THREE_NODES = { nodeId: "node2", leader: "node1", term: 7, nodes: rows };
