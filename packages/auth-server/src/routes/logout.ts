// POST /api/auth/logout and /logout-all: the end of one login, or of all.
import { authenticate } from "../http/authenticate.ts";
import type { App } from "../http/fastify-types.ts";
import { clearRefreshCookie, readRefreshCookie } from "../http/cookies.ts";
import { NoBody, NoContent, NoQuery, problemAnswers } from "../http/schemas.ts";
import type { Services } from "../http/services.ts";

export function logoutRoutes(app: App, services: Services): void {
  app.post(
    "/logout",
    {
      schema: {
        summary: "End this login",
        description: "Needs no valid token: whoever wants to be logged out, is.",
        querystring: NoQuery,
        body: NoBody,
        response: { 204: NoContent, ...problemAnswers("invalid_request") },
      },
    },
    async (request, reply) => {
      await services.refreshTokens.end(readRefreshCookie(request) ?? "");
      clearRefreshCookie(request, reply);
      return await reply.code(204).send(null);
    },
  );

  app.post(
    "/logout-all",
    {
      schema: {
        summary: "End every login of this user",
        security: [{ accessToken: [] }],
        querystring: NoQuery,
        body: NoBody,
        response: { 204: NoContent, ...problemAnswers("invalid_request", "unauthenticated") },
      },
    },
    async (request, reply) => {
      const user = await authenticate(services, request);
      await services.refreshTokens.endAll(user.id);
      clearRefreshCookie(request, reply);
      return await reply.code(204).send(null);
    },
  );
}
