// The REST front door: fastify with this node's hooks, schemas and routes.
import swagger from "@fastify/swagger";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import Fastify, {
  type FastifyBaseLogger,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from "fastify";
import type { TSchema } from "typebox";
import { INTERNAL_ERROR, ProblemError } from "../contract/problem-codes.ts";
import { compileCheck, type FieldError, textToTyped } from "../contract/validation.ts";
import type { Services } from "../services.ts";
import { answerClientError } from "./client-error.ts";
import { parseJsonBody } from "./json-body.ts";
import { openApi, withHeaders } from "./open-api.ts";
import { FAILED_WRITE, refusalOf, sendProblem } from "./problem.ts";
import { REQUEST_ID_HEADER, requestIdOf } from "./request-id.ts";
import { addRequestHooks } from "./request-hooks.ts";
import { BODY_BYTES_MAX, HEADER_BYTES_MAX } from "./request-limits.ts";
import type { RequestLog } from "./request-log.ts";
import { adminRoutes } from "./routes/admin.ts";
import { balanceRoutes } from "./routes/balance.ts";
import { betRoutes } from "./routes/bets.ts";
import { clusterRoutes } from "./routes/cluster.ts";
import { clusterAdminRoutes } from "./routes/cluster-admin.ts";
import { docsRoutes } from "./routes/docs.ts";
import { drawRoutes } from "./routes/draws.ts";
import { gameRoutes } from "./routes/games.ts";
import { gameLifecycleRoutes } from "./routes/game-lifecycle.ts";
import { limitRoutes } from "./routes/limits.ts";
import { operationRoutes } from "./routes/operations.ts";
import { cashOutRoutes } from "./routes/cash-out.ts";
import { receiptRoutes } from "./routes/receipts.ts";

export type App = ReturnType<typeof bareApp>;

/** A whole request must arrive within this time: who drips it byte by byte is cut off. */
const REQUEST_MS_MAX = 10_000;
/** How often connections are looked at for that; a connection that never says a word falls under it too. */
const CHECK_EVERY_MS = 2_000;

function bareApp(logger: FastifyBaseLogger, services: Services) {
  return Fastify({
    loggerInstance: logger,
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_MS_MAX,
    genReqId: ({ headers }) => requestIdOf(headers[REQUEST_ID_HEADER]),
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "requestId" }),
    return503OnClosing: false,
    http: {
      maxHeaderSize: HEADER_BYTES_MAX,
      headersTimeout: REQUEST_MS_MAX,
      connectionsCheckingInterval: CHECK_EVERY_MS,
    },
    clientErrorHandler: (error, socket) => answerClientError(error, socket, services.gateway.index),
    frameworkErrors: (_error: unknown, _request: FastifyRequest, reply: FastifyReply) => {
      reply.header("book-index", services.gateway.index);
      void sendProblem(reply, { code: "not_found", detail: "There is nothing at this address." });
    },
  }).withTypeProvider<TypeBoxTypeProvider>();
}

/** The app with all routes, not yet listening. */
export async function createApp(
  services: Services,
  logger: FastifyBaseLogger,
  log: RequestLog,
): Promise<App> {
  const app = bareApp(logger, services);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    "application/json",
    { parseAs: "buffer" },
    async (_request: FastifyRequest, body: Buffer) => parseJsonBody(body),
  );
  app.setValidatorCompiler<TSchema>(({ schema, httpPart }) => validator(schema, httpPart));
  // Answers are made by our own views, field by field; a second description of them would only cost time.
  app.setSerializerCompiler(() => JSON.stringify);
  app.setErrorHandler<Error>((error, request, reply) => {
    const refusal = refusalOf(error);
    if (refusal !== undefined) return sendProblem(reply, refusal);
    log.failed(error, request.id, request.url);
    return sendProblem(reply, request.method === "GET" ? INTERNAL_ERROR : FAILED_WRITE);
  });
  app.setNotFoundHandler((_request, reply) =>
    sendProblem(reply, { code: "not_found", detail: "There is nothing at this address." }),
  );
  addRequestHooks(app, services);
  app.addHook("onResponse", (request, reply, done) => {
    const { method, routeOptions } = request;
    log.answered({
      method,
      route: routeOptions.url ?? "",
      status: reply.statusCode,
      ms: reply.elapsedTime,
      requestId: request.id,
      user: request.identity?.userId,
      key: request.idempotencyKey ?? undefined,
      index: reply.getHeader("book-command-index") as number | undefined,
    });
    done();
  });
  await app.register(swagger, { openapi: openApi, transform: withHeaders });
  const routes = [
    gameRoutes,
    drawRoutes,
    balanceRoutes,
    betRoutes,
    cashOutRoutes,
    receiptRoutes,
    limitRoutes,
    gameLifecycleRoutes,
    adminRoutes,
    clusterRoutes,
    clusterAdminRoutes,
    operationRoutes,
    docsRoutes,
  ];
  // As a plugin, so that swagger's hook sees each route as it is added.
  await app.register(async (scope) => {
    for (const add of routes) add(scope, services);
  });
  await app.ready();
  return app;
}

function validator(schema: TSchema, httpPart: string | undefined) {
  const check = compileCheck(schema);
  switch (httpPart) {
    case "params":
      return (data: unknown) => {
        const value = textToTyped(schema, data);
        return check(value) === undefined ? { value } : { error: malformedId() };
      };
    case "querystring":
      return (data: unknown) => {
        const value = textToTyped(schema, data);
        const errors = check(value);
        return errors === undefined ? { value } : { error: malformed("query", errors) };
      };
    case undefined:
    default:
      return (data: unknown) => {
        // Without a body: as one without fields. The body parser lets no other `null` through.
        const value = data ?? {};
        const errors = check(value);
        return errors === undefined ? { value } : { error: malformed("body", errors) };
      };
  }
}

/** An id that no game or bet can have names nothing. */
function malformedId(): ProblemError {
  return new ProblemError({ code: "not_found", detail: "There is nothing at this address." });
}

function malformed(part: string, errors: readonly FieldError[]): ProblemError {
  const first = errors[0];
  const detail = first === undefined ? `The ${part} is malformed.` : `${part}${first.path} ${first.message}`;
  return new ProblemError({ code: "invalid_request", detail, facts: { errors } });
}
