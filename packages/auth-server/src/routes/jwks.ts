// GET /api/auth/.well-known/jwks.json: what game nodes verify tokens with.
import type { App } from "../http/fastify-types.ts";
import { JwksAnswer, NoQuery, problemAnswers } from "../http/schemas.ts";
import type { Services } from "../http/services.ts";

/** Half the lead that a new key has before it signs, so that no cache misses it. */
const CACHE_SECONDS = 60;

export function jwksRoute(app: App, { accessTokens }: Services): void {
  app.get(
    "/.well-known/jwks.json",
    {
      schema: {
        summary: "The keys that verify access tokens",
        querystring: NoQuery,
        response: { 200: JwksAnswer, ...problemAnswers("invalid_request") },
      },
    },
    async (_request, reply) => {
      reply.header("cache-control", `public, max-age=${CACHE_SECONDS}`);
      return accessTokens.jwks();
    },
  );
}
