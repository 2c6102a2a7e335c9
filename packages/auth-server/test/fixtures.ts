// A server without socket or disk, with cheap hashes and a clock that the test moves.
import type { FastifyServerOptions, InjectOptions, LightMyRequestResponse } from "fastify";
import { onTestFinished } from "vitest";
import { buildApp } from "../src/app.ts";
import type { AuthConfig } from "../src/config.ts";
import type { Challenge } from "../src/http/challenge.ts";
import type { App } from "../src/http/fastify-types.ts";
import { createServices, type Services } from "../src/http/services.ts";
import { createPasswordHasher, type HashCost } from "../src/passwords/password-hasher.ts";
import { migrate } from "../src/storage/migrate.ts";
import type { SqlDatabase } from "../src/storage/schema.ts";
import { openSqliteDatabase } from "../src/storage/sqlite-database.ts";
import { generateSigningKey } from "../src/tokens/generate-signing-key.ts";
import type { SigningKey } from "../src/tokens/signing-keys.ts";
import { type Clock, type UserId, type UnixMillis, unixMillis } from "../src/units.ts";
import type { Role } from "../src/users/user.ts";

/** The least argon2 does: tests are about what is hashed, not how dearly. */
export const CHEAP: HashCost = { memoryKiB: 64, passes: 1, lanes: 1 };

export const START = unixMillis(Date.UTC(2026, 0, 1));
export const PASSWORD = "a-long-enough-secret";

export interface ManualClock extends Clock {
  advance(milliseconds: number): void;
}

export function manualClock(start: UnixMillis = START): ManualClock {
  let now: number = start;
  const clock = () => unixMillis(now);
  return Object.assign(clock, {
    advance(milliseconds: number) {
      now += milliseconds;
    },
  });
}

export interface TestServer {
  readonly app: App;
  readonly services: Services;
  readonly clock: ManualClock;
  readonly key: SigningKey;
  readonly database: SqlDatabase;
  readonly fatal: Error[];
  post(path: string, body?: unknown, options?: InjectOptions): Promise<LightMyRequestResponse>;
  get(path: string, options?: InjectOptions): Promise<LightMyRequestResponse>;
  /** Registers somebody, with another role if asked, and answers their session. */
  join(username: string, role?: Role): Promise<Session>;
}

export interface Session {
  readonly id: UserId;
  readonly accessToken: string;
  readonly cookie: string;
  /** Headers of a request by this user. */
  readonly bearer: { readonly authorization: string };
}

type TestConfig = Partial<Pick<AuthConfig, "rateLimit" | "webRoot" | "trustedProxies" | "accessLifetime">> & {
  readonly hashCost?: HashCost;
  readonly challenge?: Challenge;
  readonly logger?: FastifyServerOptions["logger"];
};

export async function testServer(overrides: TestConfig = {}): Promise<TestServer> {
  const config = {
    issuer: "quorumbook",
    audience: "quorumbook",
    accessLifetime: 900,
    rateLimit: 1,
    webRoot: undefined,
    trustedProxies: [],
    ...overrides,
  };
  const clock = manualClock();
  const database = openSqliteDatabase(":memory:");
  await migrate(database);
  const key = await generateSigningKey(START);
  const hasher = await createPasswordHasher(overrides.hashCost ?? CHEAP);
  const challenge = overrides.challenge && { challenge: overrides.challenge };
  const deviceSecret = Buffer.alloc(32, 7);
  const services = createServices({
    config,
    database,
    keys: [key],
    deviceSecret,
    hasher,
    clock,
    ...challenge,
  });
  const fatal: Error[] = [];
  const app = await buildApp({
    config,
    services,
    logger: overrides.logger ?? false,
    onFatal: (error) => fatal.push(error),
  });
  onTestFinished(async () => {
    await app.close();
    await database.close();
  });

  const post: TestServer["post"] = (url, body, options = {}) =>
    app.inject({ method: "POST", url, ...(body !== undefined && { payload: body as object }), ...options });
  return {
    app,
    services,
    clock,
    key,
    database,
    fatal,
    post,
    get: (url, options = {}) => app.inject({ method: "GET", url, ...options }),
    async join(username, role = "bettor") {
      const registered = await post("/api/auth/register", { username, password: PASSWORD });
      const { id } = registered.json<{ user: { id: UserId } }>().user;
      if (role === "bettor") return sessionOf(registered);
      await services.accounts.users.update(id, { role }, { actor: undefined, at: clock() });
      return sessionOf(await post("/api/auth/login", { username, password: PASSWORD }));
    },
  };
}

export function sessionOf(response: LightMyRequestResponse): Session {
  const { user, accessToken } = response.json<{ user: { id: UserId }; accessToken: string }>();
  return {
    id: user.id,
    accessToken,
    cookie: cookieOf(response),
    bearer: { authorization: `Bearer ${accessToken}` },
  };
}

/** The refresh cookie of an answer, as a request sends it back. */
export function cookieOf(response: LightMyRequestResponse): string {
  const cookie = response.cookies.find(({ name }) => name === "quorumbook_refresh");
  return `quorumbook_refresh=${cookie?.value ?? ""}`;
}

/** What a test compares of a refusal. */
export function refusalOf(response: LightMyRequestResponse): { status: number; code: string; type: unknown } {
  const type = response.headers["content-type"];
  return { status: response.statusCode, code: response.json<{ code: string }>().code, type };
}

export function refused(status: number, code: string): { status: number; code: string; type: string } {
  return { status, code, type: "application/problem+json; charset=utf-8" };
}
