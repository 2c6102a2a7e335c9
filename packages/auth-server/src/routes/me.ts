// GET /api/auth/me: who the token speaks for.
import { authenticate } from "../http/authenticate.ts";
import type { App } from "../http/fastify-types.ts";
import { MeAnswer, NoQuery, problemAnswers, toMeAnswer } from "../http/schemas.ts";
import type { Services } from "../http/services.ts";

export function meRoute(app: App, services: Services): void {
  app.get(
    "/me",
    {
      schema: {
        summary: "Who am I?",
        security: [{ accessToken: [] }],
        querystring: NoQuery,
        response: { 200: MeAnswer, ...problemAnswers("invalid_request", "unauthenticated") },
      },
    },
    async (request) => toMeAnswer(await authenticate(services, request)),
  );
}
