// For whoever operates the server, on its own port; the entry point hides these paths.
import type { App } from "../http/fastify-types.ts";
import type { Services } from "../http/services.ts";

export function operationsRoutes(app: App, { accounts, metrics }: Services): void {
  app.get("/healthz", { schema: { hide: true } }, async () => ({ status: "ok" }));
  // The error handler turns a store that cannot answer into a 503.
  app.get("/readyz", { schema: { hide: true } }, async () => {
    await accounts.users.ping();
    return { status: "ready" };
  });
  app.get("/metrics", { schema: { hide: true } }, async (_request, reply) => {
    reply.type(metrics.registry.contentType);
    return await metrics.registry.metrics();
  });
}
