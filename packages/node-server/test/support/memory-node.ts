// A game node on a log in memory, with its own clock and token issuer. Requests are injected without a socket; on
// uWebSockets.js they go through one.
import { Agent, request } from "node:http";
import pino from "pino";
import type { Static, TSchema } from "typebox";
import { expect } from "vitest";
import { compileGuard } from "../../src/contract/validation.ts";
import { createGameNode, type GameNode } from "../../src/game-node.ts";
import { loadUws } from "../../src/uws/load-uws.ts";
import { receiptKeyFor } from "../../src/receipts/receipt-key.ts";
import { MemoryLog } from "../../src/replication/memory-log.ts";
import { carrier } from "./carrier.ts";
import { createTokenIssuer, type TokenIssuer } from "./token-issuer.ts";

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly text: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly bookIndex: number;
  /** Undefined where the book was not asked. */
  readonly commandIndex: number | undefined;
}

export interface Call {
  readonly as?: string;
  readonly role?: string;
  readonly body?: unknown;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface TestNode {
  readonly node: GameNode<MemoryLog>;
  readonly log: MemoryLog;
  readonly issuer: TokenIssuer;
  /** What auth-server says of tokens that it called back. */
  revoked: { userId: string; notBefore: number }[];
  /** Where the node listens; it begins to when it is first asked. */
  port(): Promise<number>;
  /** Winds the leader's clock; milliseconds. */
  advance(ms: number): void;
  token(user: string, role?: string): Promise<string>;
  get(url: string, call?: Call): Promise<Answer>;
  post(url: string, body?: unknown, call?: Call): Promise<Answer>;
  call(method: string, url: string, call?: Call): Promise<Answer>;
  digest(): string;
  /** A game of the given labels, at the default pricing; returns its id. */
  openGame(labels?: readonly string[], more?: Readonly<Record<string, unknown>>): Promise<number>;
  close(): Promise<void>;
}

interface MemoryNodeOptions {
  readonly rateLimit?: number;
  readonly bankroll?: number;
  readonly open?: boolean;
}

let keys = 0;

/** A key that no other request has. */
export function freshKey(): string {
  keys += 1;
  return `key-${String(keys).padStart(8, "0")}`;
}

export async function startMemoryNode(options: MemoryNodeOptions = {}): Promise<TestNode> {
  let time = Date.parse("2026-11-22T12:00:00Z");
  const now = (): number => time;
  const issuer = await createTokenIssuer(now);
  const logger = pino({ level: "silent" });
  const failures: unknown[] = [];
  const node = await createGameNode({
    openLog: async (machine) => {
      const log = new MemoryLog(machine, now);
      if (options.open === false) log.lead(false);
      return log;
    },
    peerUrls: new Map(),
    jwksUrl: new URL("http://auth.invalid/jwks.json"),
    fetchKeys: issuer.fetchKeys,
    revocationsUrl: new URL("http://auth.invalid/internal/revocations"),
    fetchRevocations: async () => ({ items: self.revoked }),
    issuer: "quorumbook",
    audience: "quorumbook",
    bankroll: options.bankroll ?? 100_000_000,
    rateLimit: options.rateLimit ?? 0,
    uws: carrier() === "uws" ? loadUws().uws : undefined,
    clusterId: "memory",
    receiptKey: receiptKeyFor("memory", "hush"),
    logger,
    onFatal: (error) => failures.push(error),
  });
  let listening: Promise<number> | undefined;
  const port = (): Promise<number> => (listening ??= node.listen("127.0.0.1", 0));
  let send: Send | undefined;
  const tokens = new Map<string, Promise<string>>();
  const self: TestNode = {
    node,
    log: node.log,
    issuer,
    revoked: [],
    port,
    advance(ms) {
      time += ms;
      tokens.clear();
    },
    token(user, role = "bettor") {
      const name = `${user} ${role}`;
      const known = tokens.get(name) ?? issuer.token(user, role);
      tokens.set(name, known);
      return known;
    },
    get: (url, call) => self.call("GET", url, call),
    post: (url, body, call) =>
      self.call("POST", url, { key: freshKey(), ...call, ...(body === undefined ? {} : { body }) }),
    async call(method, url, { as, role, body, key, headers = {} } = {}) {
      const token =
        as === undefined ? undefined : await self.token(as, role ?? (as === "admin" ? "admin" : "bettor"));
      send ??= carrier() === "uws" ? sender(await port()) : injector(node);
      const answer = await send({
        method,
        url,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(key === undefined ? {} : { "idempotency-key": key }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        body: body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body),
      });
      const got = answer.headers;
      const isJson = /json/.test(String(got["content-type"]));
      const commandIndex = got["book-command-index"];
      return {
        status: answer.status,
        body: isJson && answer.text !== "" ? (JSON.parse(answer.text) as Record<string, unknown>) : {},
        text: answer.text,
        headers: got,
        bookIndex: Number(got["book-index"]),
        commandIndex: commandIndex === undefined ? undefined : Number(commandIndex),
      };
    },
    digest: () => node.services.machine.book.digest(),
    async openGame(labels = ["Home", "Draw", "Away"], more = {}) {
      const answer = await self.post(
        "/api/games",
        { question: "Who wins?", category: "real", outcomes: labels, ...more },
        { as: "admin" },
      );
      expect(answer.status, answer.text).toBe(201);
      return answer.body["id"] as number;
    },
    async close() {
      await node.close();
      expect(failures).toEqual([]);
    },
  };
  return self;
}

interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}
type Send = (sent: Sent) => Promise<Pick<Answer, "status" | "text" | "headers">>;

function injector(node: GameNode): Send {
  return async ({ method, url, headers, body }) => {
    const answer = await node.app.inject({
      method: method as "GET",
      url,
      headers,
      ...(body === undefined ? {} : { payload: body }),
    });
    return {
      status: answer.statusCode,
      text: answer.body,
      headers: answer.headers as Record<string, string | undefined>,
    };
  };
}

function sender(port: number): Send {
  // Without keep-alive: a test may close the node at any time.
  const agent = new Agent({ keepAlive: false });
  return ({ method, url, headers, body }) =>
    new Promise((resolve, reject) => {
      const sent = request({ port, host: "127.0.0.1", method, path: url, headers, agent }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("error", reject);
        answer.on("end", () => {
          resolve({
            status: answer.statusCode ?? 0,
            text: Buffer.concat(chunks).toString("utf8"),
            headers: answer.headers as Record<string, string | undefined>,
          });
        });
      });
      sent.on("error", reject);
      sent.end(body);
    });
}

/** Fails unless the value is exactly what the schema says. */
export function conforms<Schema extends TSchema>(
  schema: Schema,
  value: unknown,
): asserts value is Static<Schema> {
  expect(compileGuard(schema).errors(value)).toEqual([]);
}

/** Fails unless the answer is that refusal, in due form. */
export function expectProblem(answer: Answer, status: number, code: string): void {
  expect({ status: answer.status, code: answer.body["code"] }, answer.text).toEqual({ status, code });
  expect(answer.headers["content-type"]).toMatch(/^application\/problem\+json/);
  expect(answer.body).toMatchObject({
    type: expect.any(String),
    title: expect.any(String),
    status,
    detail: expect.any(String),
  });
  expect(answer.bookIndex).toBeGreaterThanOrEqual(0);
  expect(answer.text).not.toMatch(/node_modules|\.ts:|at .+\(/);
}
