// POST /api/auth/refresh: the cookie for the next access token and the next cookie.
import type { App } from "../http/fastify-types.ts";
import { ProblemError, UNAUTHENTICATED } from "../http/problem.ts";
import { clearRefreshCookie, readRefreshCookie, setRefreshCookie } from "../http/cookies.ts";
import { NoBody, NoQuery, problemAnswers, TokenAnswer } from "../http/schemas.ts";
import type { Services } from "../http/services.ts";

export function refreshRoute(app: App, { accounts, accessTokens, refreshTokens }: Services): void {
  app.post(
    "/refresh",
    {
      schema: {
        summary: "The next access token, for the refresh cookie",
        security: [{ refreshCookie: [] }],
        querystring: NoQuery,
        body: NoBody,
        response: { 200: TokenAnswer, ...problemAnswers("invalid_request", "unauthenticated") },
      },
    },
    async (request, reply) => {
      const rotated = await refreshTokens.rotate(readRefreshCookie(request) ?? "");
      const user = rotated && (await accounts.users.findById(rotated.userId));
      if (rotated === undefined || user === undefined || user.disabled) {
        clearRefreshCookie(request, reply);
        throw new ProblemError(UNAUTHENTICATED);
      }
      setRefreshCookie(request, reply, rotated.token);
      return { accessToken: await accessTokens.issue(user), expiresIn: accessTokens.lifetime };
    },
  );
}
