import { timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { CommandError } from "../lib/command-error.ts";
import { HOST } from "./ports.ts";
import { DEMO_PREFIX, type DemoServer } from "../demo/demo-server.ts";
import { nodeActions, type Supervisor } from "./supervisor.ts";

/**
 * The supervisor's control interface, for other processes of the same user: the token lies in the data folder,
 * readable by its owner alone.
 *
 * - `GET /system` → what runs (`SystemReport`)
 * - `POST /nodes/{nodeId}/{kill|pause|resume|restart}` → `{message}` once it is done
 * - `POST /members/{voter|learner}` → `{message}` once one more node serves
 * - `POST /admins/{username}` → `{username, password}` of a new admin
 * - `/api/demo…`, where there is a demonstration: see demo-server.ts, with tokens of its own users
 */
export async function serveControl(supervisor: Supervisor, port: number, demo?: DemoServer): Promise<Server> {
  const server = createServer((request, response) => {
    if (demo !== undefined && isDemo(request.url ?? "")) {
      demo.handle(request, response).catch((error: unknown) => {
        response.destroy(error instanceof Error ? error : new Error(String(error)));
      });
      return;
    }
    answer(supervisor, request).then(
      ({ status, body }) => send(response, status, body),
      (error: unknown) => {
        if (error instanceof CommandError) return send(response, 409, { message: error.message });
        return send(response, 500, { message: error instanceof Error ? error.message : String(error) });
      },
    );
  });
  server.listen(port, HOST);
  await once(server, "listening");
  return server;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function answer(supervisor: Supervisor, request: IncomingMessage): Promise<Answer> {
  request.resume();
  if (!isAuthorised(request, supervisor.token))
    return { status: 401, body: { message: "the token is wrong" } };
  const [, kind, name, verb, ...rest] = (request.url ?? "").split("/").map(decodeURIComponent);
  if (rest.length === 0 && kind !== undefined) {
    if (request.method === "GET" && kind === "system" && name === undefined) {
      return { status: 200, body: supervisor.report() };
    }
    const action = nodeActions.find((one) => one === verb);
    if (request.method === "POST" && kind === "nodes" && name !== undefined && action !== undefined) {
      return { status: 200, body: { message: await supervisor.act(action, name) } };
    }
    if (request.method === "POST" && kind === "members" && (name === "voter" || name === "learner")) {
      return { status: 200, body: { message: await supervisor.join(name === "voter") } };
    }
    if (request.method === "POST" && kind === "admins" && name !== undefined && verb === undefined) {
      return { status: 200, body: await supervisor.createAdmin(name) };
    }
  }
  return { status: 404, body: { message: "there is nothing here" } };
}

function isDemo(path: string): boolean {
  return path === DEMO_PREFIX || path.startsWith(`${DEMO_PREFIX}/`);
}

function isAuthorised(request: IncomingMessage, token: string): boolean {
  const given = Buffer.from(request.headers.authorization ?? "");
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json", connection: "close" });
  response.end(JSON.stringify(body));
}
