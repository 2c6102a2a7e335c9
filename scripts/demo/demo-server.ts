import type { IncomingMessage, ServerResponse } from "node:http";
import type { DemoState } from "@quorumbook/web/demo-state";
import { HOST } from "../cluster/ports.ts";
import { nodeActions, type Supervisor } from "../cluster/supervisor.ts";
import { CommandError } from "../lib/command-error.ts";
import { httpJson } from "../lib/http-json.ts";
import type { DemoLoad } from "./demo-load.ts";

export const DEMO_PREFIX = "/api/demo";
const EVERY_MS = 500;
const ROLES_ALLOWED = new Set(["operator", "admin"]);

/**
 * The demonstration's controls, for operators who are logged in: only `npm start -- --demo` has them, and only the
 * built-in entry point of that system leads here.
 *
 * - `GET /api/demo` → `DemoState`
 * - `GET /api/demo/stream` → the same again and again, a JSON document a line, until the client goes
 * - `POST /api/demo/nodes/{nodeId}/{kill|pause|resume|restart}` → `{message}`
 * - `POST /api/demo/load/{start|stop}` → 204
 */
export class DemoServer {
  readonly #supervisor: Supervisor;
  readonly #load: DemoLoad;
  readonly #authPort: number;

  constructor(supervisor: Supervisor, load: DemoLoad, authPort: number) {
    this.#supervisor = supervisor;
    this.#load = load;
    this.#authPort = authPort;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.resume();
    const role = await this.#roleOf(request.headers.authorization);
    if (role === undefined) return refuse(response, 401, "unauthenticated");
    if (!ROLES_ALLOWED.has(role)) return refuse(response, 403, "forbidden");
    const [kind = "", name = "", verb = ""] = (request.url ?? "").slice(DEMO_PREFIX.length + 1).split("/");
    if (request.method === "GET" && kind === "") return send(response, 200, this.#state());
    if (request.method === "GET" && kind === "stream") return this.#stream(response);
    if (request.method !== "POST") return refuse(response, 404, "not_found");
    const action = nodeActions.find((one) => one === verb);
    if (kind === "nodes" && action !== undefined) return await this.#act(response, action, name);
    if (kind === "load" && (name === "start" || name === "stop")) {
      if (name === "start") await this.#load.start();
      else this.#load.stop();
      response.writeHead(204).end();
      return;
    }
    refuse(response, 404, "not_found");
  }

  #state(): DemoState {
    const nodes = this.#supervisor
      .report()
      .nodes.map(({ name, state, restarts }) => ({ name, state, restarts }));
    return { nodes, load: this.#load.figures };
  }

  #stream(response: ServerResponse): void {
    response.writeHead(200, { "content-type": "application/x-ndjson", "cache-control": "no-store" });
    const tell = () => response.write(`${JSON.stringify(this.#state())}\n`);
    tell();
    const timer = setInterval(tell, EVERY_MS);
    response.once("close", () => clearInterval(timer));
  }

  async #act(response: ServerResponse, action: (typeof nodeActions)[number], name: string): Promise<void> {
    try {
      send(response, 200, { message: await this.#supervisor.act(action, name) });
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      refuse(response, 409, "wrong_status", error.message);
    }
  }

  /** Asks auth-server whose token it is: it knows of accounts that were disabled since. */
  async #roleOf(authorization: string | undefined): Promise<string | undefined> {
    if (authorization === undefined) return undefined;
    const url = `http://${HOST}:${this.#authPort}/api/auth/me`;
    try {
      const answer = await httpJson(url, { headers: { authorization }, timeoutMs: 2_000 });
      return answer.status === 200 ? (answer.json as { role: string }).role : undefined;
    } catch (error) {
      // Without auth-server nobody can be known.
      if (error instanceof Error && "code" in error) return undefined;
      throw error;
    }
  }
}

function send(response: ServerResponse, status: number, body: unknown, type = "application/json"): void {
  response.writeHead(status, { "content-type": type, "cache-control": "no-store" });
  response.end(JSON.stringify(body));
}

function refuse(response: ServerResponse, status: number, code: string, detail: string = code): void {
  const problem = { type: `urn:quorumbook:problem:${code}`, title: code, status, detail, code };
  send(response, status, problem, "application/problem+json");
}
