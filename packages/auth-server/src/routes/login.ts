// POST /api/auth/login: name and password for a session.
import { logIn } from "../accounts/log-in.ts";
import { limitKeyOf } from "../http/client-address.ts";
import { readDeviceCookie } from "../http/cookies.ts";
import type { App } from "../http/fastify-types.ts";
import { INVALID_CREDENTIALS, OVERLOADED, ProblemError } from "../http/problem.ts";
import { LoginBody, NoQuery, problemAnswers, SessionAnswer } from "../http/schemas.ts";
import type { Services } from "../http/services.ts";
import { openSession } from "./open-session.ts";

export function loginRoute(app: App, services: Services): void {
  const { accounts, wrongAttempts, familiar, challenge, metrics } = services;
  const guard = { limiter: wrongAttempts, familiar };
  app.post(
    "/login",
    {
      schema: {
        summary: "Log in",
        querystring: NoQuery,
        body: LoginBody,
        response: {
          200: SessionAnswer,
          ...problemAnswers("invalid_request", "invalid_credentials", "rate_limited", "overloaded"),
        },
      },
    },
    async (request, reply) => {
      const refusal = await challenge.refuse(request, "login");
      if (refusal !== undefined) throw new ProblemError(refusal);
      const address = limitKeyOf(request.ip);
      const device = readDeviceCookie(request);
      const outcome = await logIn(accounts, guard, { ...request.body, address, device });
      if (!("refusal" in outcome)) {
        metrics.logins.inc({ outcome: "ok" });
        return await openSession(services, outcome, request, reply);
      }
      metrics.logins.inc({ outcome: outcome.refusal });
      switch (outcome.refusal) {
        case "wrong":
          throw new ProblemError(INVALID_CREDENTIALS);
        case "full":
          throw new ProblemError(OVERLOADED);
        case "limited":
          throw new ProblemError({
            code: "rate_limited",
            detail: "Too many wrong logins for this name or from this address.",
            retryAfter: outcome.retryAfter,
          });
        default:
          return outcome satisfies never;
      }
    },
  );
}
