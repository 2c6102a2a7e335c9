// The cluster, for anyone.
import { ClusterAnswer } from "../../contract/answers.ts";
import type { Services } from "../../services.ts";
import { clusterNow } from "../../views/cluster-now.ts";
import type { App } from "../app.ts";
import { ReadQuery } from "../../contract/requests.ts";
import { readAt } from "../request-hooks.ts";

export function clusterRoutes(app: App, services: Services): void {
  app.get(
    "/api/cluster",
    {
      schema: { summary: "The cluster", querystring: ReadQuery, response: { 200: ClusterAnswer } },
    },
    (_request, reply) => {
      readAt(reply, services);
      reply.send(clusterNow(services));
    },
  );
}
