// The whole HTTP side as one object that a test can build and ask without a socket.
import cookie from "@fastify/cookie";
import rateLimit from "@fastify/rate-limit";
import swagger from "@fastify/swagger";
import fastify, { type FastifyServerOptions, LogController } from "fastify";
import type { AuthConfig } from "./config.ts";
import { limitKeyOf, trustOnlyPeers } from "./http/client-address.ts";
import { errorHandler, notFound } from "./http/error-handler.ts";
import type { App } from "./http/fastify-types.ts";
import { ProblemError } from "./http/problem.ts";
import { addSecurityHeaders } from "./http/security-headers.ts";
import type { Services } from "./http/services.ts";
import { compileValidator } from "./http/validation.ts";
import { isNavigation, sendFirstPage, serveWebApp } from "./http/web-app.ts";
import { jwksRoute } from "./routes/jwks.ts";
import { loginRoute } from "./routes/login.ts";
import { logoutRoutes } from "./routes/logout.ts";
import { meRoute } from "./routes/me.ts";
import { operationsRoutes } from "./routes/operations.ts";
import { passwordRoute } from "./routes/password.ts";
import { refreshRoute } from "./routes/refresh.ts";
import { registerRoute } from "./routes/register.ts";
import { usersRoutes } from "./routes/users.ts";

/** The largest body anybody has a reason to send is a name and two passwords. */
const BODY_BYTES_MAX = 16_384;
/** Whoever takes longer to send a request than this is not there for the answer. */
const REQUEST_TIMEOUT_MS = 15_000;
/** Requests to /api/auth per address and minute, unless a route says otherwise. */
const REQUESTS_MAX = 3_000;

export interface AppOptions {
  readonly config: Pick<AuthConfig, "rateLimit" | "webRoot" | "trustedProxies">;
  readonly services: Services;
  readonly logger: FastifyServerOptions["logger"];
  /** Told of failures that the process must not survive. */
  readonly onFatal: (error: Error) => void;
}

export async function buildApp({ config, services, logger, onFatal }: AppOptions): Promise<App> {
  const { webRoot } = config;
  const onError = errorHandler(onFatal);
  const app: App = fastify({
    logger: logger ?? false,
    // One line a request says less than the histogram, and costs more.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    trustProxy: trustOnlyPeers(config.trustedProxies),
    frameworkErrors: (error, request, reply) => void onError(error, request, reply),
    return503OnClosing: false,
    routerOptions: { ignoreTrailingSlash: false },
  });
  app.setValidatorCompiler(compileValidator);
  app.setErrorHandler(onError);
  acceptJsonOnly(app);

  app.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "none";
    const labels = { method: request.method, route, status: String(reply.statusCode) };
    services.metrics.requests.observe(labels, reply.elapsedTime / 1000);
  });
  await addSecurityHeaders(app);
  await app.register(cookie);
  app.setNotFoundHandler((request, reply) =>
    webRoot !== undefined && isNavigation(request) ? sendFirstPage(reply) : notFound(reply),
  );
  operationsRoutes(app, services);
  await app.register(async (api) => addApi(api as App, config.rateLimit, services), { prefix: "/api/auth" });
  if (webRoot !== undefined) await serveWebApp(app, webRoot);
  await app.ready();
  return app;
}

/** Bodies are JSON. An empty one is none, whatever its type says: the route's schema decides whether it may be. */
function acceptJsonOnly(app: App): void {
  const parse = app.getDefaultJsonParser("error", "error");
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "string" }, (request, body, done) => {
    if (body.length === 0) done(null, undefined);
    else void parse(request, body.toString(), done);
  });
}

async function addApi(api: App, factor: number, services: Services): Promise<void> {
  await api.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: "Quorumbook accounts", version: "1", description: "Accounts, credentials and tokens." },
      components: {
        securitySchemes: {
          accessToken: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
          refreshCookie: { type: "apiKey", in: "cookie", name: "quorumbook_refresh" },
        },
      },
    },
  });
  if (factor > 0) await addRateLimit(api, factor);
  api.addHook("onRequest", async (_request, reply) => {
    // Tokens and personal data belong in no cache; the public keys say otherwise for themselves.
    reply.header("cache-control", "no-store");
    // Opened by hand it is saved, not shown: a browser never takes an answer for a page of this origin.
    reply.header("content-disposition", 'attachment; filename="api.json"');
  });
  registerRoute(api, services);
  loginRoute(api, services);
  refreshRoute(api, services);
  logoutRoutes(api, services);
  meRoute(api, services);
  passwordRoute(api, services);
  jwksRoute(api, services);
  usersRoutes(api, services);
  api.get("/openapi.json", { schema: { hide: true } }, async () => api.swagger());
}

async function addRateLimit(api: App, factor: number): Promise<void> {
  api.addHook("onRoute", ({ config }) => {
    const limit = config?.rateLimit;
    if (typeof limit === "object" && typeof limit.max === "number") limit.max = Math.ceil(limit.max * factor);
  });
  await api.register(rateLimit, {
    max: Math.ceil(REQUESTS_MAX * factor),
    timeWindow: 60_000,
    keyGenerator: ({ ip }) => limitKeyOf(ip),
    addHeadersOnExceeding: {
      "x-ratelimit-limit": false,
      "x-ratelimit-remaining": false,
      "x-ratelimit-reset": false,
    },
    addHeaders: {
      "x-ratelimit-limit": false,
      "x-ratelimit-remaining": false,
      "x-ratelimit-reset": false,
      "retry-after": false,
    },
    errorResponseBuilder: (_request, { ttl }) =>
      new ProblemError({
        code: "rate_limited",
        detail: "Too many requests from this address.",
        retryAfter: Math.max(1, Math.ceil(ttl / 1000)),
      }),
  });
}
