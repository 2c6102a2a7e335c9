// A game node on a log in memory, with its own clock and token issuer; requests are injected, without a socket.
import pino from "pino";
import type { Static, TSchema } from "typebox";
import { expect } from "vitest";
import { compileGuard } from "../../src/contract/validation.ts";
import { createGameNode, type GameNode } from "../../src/game-node.ts";
import { MemoryLog } from "../../src/replication/memory-log.ts";
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

let keys = 0;

/** A key that no other request has. */
export function freshKey(): string {
  keys += 1;
  return `key-${String(keys).padStart(8, "0")}`;
}

export async function startMemoryNode(
  options: { readonly rateLimit?: number; readonly bankroll?: number; readonly open?: boolean } = {},
): Promise<TestNode> {
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
    logger,
    now,
    onFatal: (error) => failures.push(error),
  });
  const tokens = new Map<string, Promise<string>>();
  const self: TestNode = {
    node,
    log: node.log,
    issuer,
    revoked: [],
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
      const answer = await node.app.inject({
        method: method as "GET",
        url,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(key === undefined ? {} : { "idempotency-key": key }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { payload: typeof body === "string" ? body : JSON.stringify(body) }),
      });
      const got = answer.headers as Record<string, string | undefined>;
      const isJson = /json/.test(String(got["content-type"]));
      const commandIndex = got["book-command-index"];
      return {
        status: answer.statusCode,
        body: isJson && answer.body !== "" ? (JSON.parse(answer.body) as Record<string, unknown>) : {},
        text: answer.body,
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
