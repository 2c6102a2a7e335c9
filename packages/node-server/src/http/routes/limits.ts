// A user's own limits.
import { LimitsAnswer } from "../../contract/answers.ts";
import { LimitsBody, NoQuery, ReadQuery } from "../../contract/requests.ts";
import type { Services } from "../../services.ts";
import { limitsAnswer, limitsFromWire } from "../../views/limits-answer.ts";
import type { App } from "../app.ts";
import { accepted, askerOf, readAt } from "../request-hooks.ts";

export function limitRoutes(app: App, services: Services): void {
  const { machine, gateway } = services;

  app.get(
    "/api/limits",
    {
      schema: { summary: "Own limits", querystring: ReadQuery, response: { 200: LimitsAnswer } },
      config: { access: "user" },
    },
    (request, reply) => {
      readAt(reply, services);
      reply.send(limitsAnswer(machine.book.limits(askerOf(request).actor)));
    },
  );

  app.put(
    "/api/limits",
    {
      schema: {
        summary: "Replaces the limits: tighter at once, looser after 24 h",
        body: LimitsBody,
        querystring: NoQuery,
        response: { 200: LimitsAnswer },
      },
      config: { access: "user", key: "optional" },
    },
    async (request, reply) => {
      const limits = limitsFromWire(request.body);
      const applied = await gateway.submit(
        { type: "setLimits", ...askerOf(request), limits },
        request.deadline,
      );
      return reply.send(limitsAnswer(accepted(reply, applied).limits));
    },
  );
}
