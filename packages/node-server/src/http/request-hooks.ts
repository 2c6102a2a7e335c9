// What every request passes on its way: security headers, token, role, rate; then key, index and account. The
// order is the interface's: 401 before 403 before whatever is wrong with the body.
import type { Applied } from "@quorumbook/betting-core";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { invalidField } from "../contract/invalid-field.ts";
import { ProblemError } from "../contract/problem-codes.ts";
import { Deadline } from "../replication/deadline.ts";
import type { Identity, Role } from "../security/token-verifier.ts";
import { unauthenticated } from "../security/token-verifier.ts";
import type { Asker, Services } from "../services.ts";
import { rejectionProblem } from "../views/rejection-problem.ts";
import { indexOf, isKey } from "./request-headers.ts";
import { REQUEST_ID_HEADER } from "./request-id.ts";
import { SECURITY_HEADERS } from "./security-headers.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Who may use the route; `anyone` where it is left out. */
    readonly access?: "anyone" | "user" | "operator" | "admin";
    /** Whether an `Idempotency-Key` is read, or needed. */
    readonly key?: "optional" | "required";
    /** Routes that are not part of the interface: health, metrics. */
    readonly internal?: boolean;
  }
  interface FastifyRequest {
    /** Set on every route that is not for anyone. */
    identity: Identity | null;
    idempotencyKey: string | null;
    /** Of all that the request waits for. */
    deadline: Deadline;
  }
}

const ALLOWED: Record<"user" | "operator" | "admin", ReadonlySet<Role>> = {
  user: new Set(["bettor", "operator", "admin"]),
  operator: new Set(["operator", "admin"]),
  admin: new Set(["admin"]),
};

const BEARER = /^Bearer +([^ ]+)$/i;

export function addRequestHooks(app: FastifyInstance, services: Services): void {
  app.decorateRequest("identity", null);
  app.decorateRequest("idempotencyKey", null);
  // The type holds from the first hook on, which is before anybody reads it.
  app.decorateRequest("deadline", null as unknown as Deadline);

  app.addHook("onRequest", (request, reply, done) => {
    request.deadline = new Deadline();
    // Set raw, so that they are on every answer, refusals of the framework included.
    for (let at = 0; at < SECURITY_HEADERS.length; at += 2) {
      reply.raw.setHeader(SECURITY_HEADERS[at] ?? "", SECURITY_HEADERS[at + 1] ?? "");
    }
    reply.raw.setHeader(REQUEST_ID_HEADER, request.id);
    const { access = "anyone", internal = false } = request.routeOptions.config;
    if (access === "anyone") {
      settle(() => (internal ? undefined : takeOfAddress(request, services)), done);
      return;
    }
    const admit = (identity: Identity): void => {
      if (!ALLOWED[access].has(identity.role)) throw forbidden(identity.role);
      services.rates.take(identity.userId);
      request.identity = identity;
    };
    settle(() => {
      // A token that is known costs nothing; to check signatures for strangers without end would.
      const takeWork = (): void => takeOfAddress(request, services);
      const identity = services.tokens.verify(bearer(request), takeWork);
      return identity instanceof Promise ? identity.then(admit) : admit(identity);
    }, done);
  });

  app.addHook("preHandler", (request, _reply, done) => {
    settle(() => prepare(request, services), done);
  });

  app.addHook("onSend", (_request, reply, _payload, done) => {
    // A read sets its own, of the moment it was made; what is left are refusals and writes, which are newer.
    if (!reply.hasHeader("book-index")) reply.header("book-index", services.gateway.index);
    done();
  });
}

/** Calls back at once where there is nothing to wait for: most requests pass without a promise. */
function settle(step: () => Promise<void> | undefined | void, proceed: (error?: Error) => void): void {
  let waiting: Promise<void> | undefined | void;
  try {
    waiting = step();
  } catch (error) {
    proceed(error as Error);
    return;
  }
  if (waiting === undefined) proceed();
  else
    waiting.then(
      () => proceed(),
      (error: Error) => proceed(error),
    );
}

/** @throws ProblemError `rate_limited` */
function takeOfAddress(request: FastifyRequest, { rates, addressOf }: Services): void {
  const forwardedFor = request.headers["x-forwarded-for"];
  rates.takeOfAddress(addressOf(request.socket.remoteAddress, forwardedFor?.toString()));
}

function bearer(request: FastifyRequest): string {
  const token = BEARER.exec(request.headers.authorization ?? "")?.[1];
  if (token === undefined) throw unauthenticated();
  return token;
}

function forbidden(role: Role): ProblemError {
  return new ProblemError({ code: "forbidden", detail: `A ${role} may not do this.`, facts: { role } });
}

function prepare(request: FastifyRequest, services: Services): Promise<void> | undefined {
  const { config } = request.routeOptions;
  if (config.internal === true) return undefined;
  if (config.key !== undefined) request.idempotencyKey = readKey(request, config.key);
  const minIndex = readMinIndex(request);
  const linearizable = (request.query as { consistency?: string }).consistency === "linearizable";
  const { gateway } = services;
  const behind = minIndex > gateway.index;
  if (behind || linearizable) return wait(request, services, minIndex, linearizable);
  return request.identity === null
    ? undefined
    : gateway.ensureAccount(request.identity.userId, request.deadline);
}

async function wait(
  request: FastifyRequest,
  { gateway }: Services,
  minIndex: number,
  linearizable: boolean,
): Promise<void> {
  const { identity, deadline } = request;
  if (linearizable) await gateway.barrier(deadline);
  await gateway.reach(minIndex, deadline);
  if (identity !== null) await gateway.ensureAccount(identity.userId, deadline);
}

function readKey(request: FastifyRequest, need: "optional" | "required"): string | null {
  const key = request.headers["idempotency-key"];
  if (key === undefined || key === "") {
    if (need === "optional") return null;
    throw new ProblemError({
      code: "idempotency_key_required",
      detail: "Send an Idempotency-Key header of 8 to 64 URL-safe characters, a UUID say.",
    });
  }
  if (typeof key === "string" && isKey(key)) return key;
  throw invalidField("Idempotency-Key", "must have 8 to 64 URL-safe characters");
}

function readMinIndex(request: FastifyRequest): number {
  const text = request.headers["book-min-index"];
  if (text === undefined) return 0;
  const index = typeof text === "string" ? indexOf(text) : undefined;
  if (index === undefined) throw invalidField("Book-Min-Index", "must be a log index");
  return index;
}

/** Who asks, and under which key. On routes that need a token. */
export function askerOf(request: FastifyRequest): Asker {
  const { identity, idempotencyKey } = request;
  if (identity === null) throw unauthenticated();
  return idempotencyKey === null
    ? { actor: identity.userId }
    : { actor: identity.userId, key: idempotencyKey };
}

/**
 * Marks the answer with the entry that decided it, and lets only what was accepted pass.
 *
 * @throws ProblemError where the book refused
 */
export function accepted<Outcome extends Applied>(reply: FastifyReply, applied: Outcome) {
  reply.header("book-command-index", applied.commandIndex);
  const { outcome } = applied;
  if (outcome.status === "rejected") throw new ProblemError(rejectionProblem(outcome.rejection));
  return outcome as Exclude<Outcome["outcome"], { readonly status: "rejected" }>;
}

/** Marks an answer with the index it was read at. To be called in the same turn as the reading. */
export function readAt(reply: FastifyReply, { gateway }: Services): void {
  reply.header("book-index", gateway.index);
}
