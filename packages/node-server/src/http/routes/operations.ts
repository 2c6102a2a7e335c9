// For those who run the node, on its own port only: alive, ready, figures, and its own state.
import type { Services } from "../../services.ts";
import type { App } from "../app.ts";

export function operationRoutes(app: App, services: Services): void {
  const config = { internal: true };

  app.get("/healthz", { config }, (_request, reply) => reply.send({ status: "ok" }));

  app.get("/readyz", { config }, (_request, reply) => {
    const status = services.readiness();
    reply.code(status === "ready" ? 200 : 503).send({ status });
  });

  app.get("/metrics", { config }, async (_request, reply) =>
    reply.type("text/plain; version=0.0.4; charset=utf-8").send(await services.metrics()),
  );

  // What the other nodes ask for, to show the whole cluster.
  app.get("/statusz", { config }, (_request, reply) => reply.send(services.ownReport()));
  app.get("/figuresz", { config }, (_request, reply) => reply.send(services.ownFigures()));
}
