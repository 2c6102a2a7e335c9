// For whoever operates the server, and for the game nodes, on its own port; the entry point hides these paths.
import type { App } from "../http/fastify-types.ts";
import { RevocationsAnswer } from "../http/schemas.ts";
import type { Services } from "../http/services.ts";
import { listRevocations } from "../tokens/revocations.ts";

export function operationsRoutes(app: App, { accounts, accessTokens, metrics }: Services): void {
  app.get("/healthz", { schema: { hide: true } }, async () => ({ status: "ok" }));
  // The error handler turns a store that cannot answer into a 503.
  app.get("/readyz", { schema: { hide: true } }, async () => {
    await accounts.users.ping();
    return { status: "ready" };
  });
  const revocations = { hide: true, response: { 200: RevocationsAnswer } };
  app.get("/internal/revocations", { schema: revocations }, async (_request, reply) => {
    reply.header("cache-control", "no-store");
    const items = await listRevocations(accounts.users, accounts.clock, accessTokens.lifetime * 1000);
    return { items: [...items] };
  });
  app.get("/metrics", { schema: { hide: true } }, async (_request, reply) => {
    reply.type(metrics.registry.contentType);
    return await metrics.registry.metrics();
  });
}
