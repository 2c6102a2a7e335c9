import { registerAccount } from "../accounts/register-account.ts";
import type { App } from "../http/fastify-types.ts";
import { OVERLOADED, ProblemError } from "../http/problem.ts";
import { NoQuery, problemAnswers, RegisterBody, SessionAnswer } from "../http/schemas.ts";
import type { Services } from "../http/services.ts";
import { refuseWeakPassword } from "./refuse-weak-password.ts";
import { openSession } from "./open-session.ts";

/** New accounts per address and minute: many households and offices share one, and a script may need hundreds. */
const REGISTRATIONS_MAX = 600;

export function registerRoute(app: App, services: Services): void {
  app.post(
    "/register",
    {
      config: { rateLimit: { max: REGISTRATIONS_MAX } },
      schema: {
        summary: "Open an account",
        querystring: NoQuery,
        body: RegisterBody,
        response: {
          201: SessionAnswer,
          ...problemAnswers("invalid_request", "username_taken", "rate_limited", "overloaded"),
        },
      },
    },
    async (request, reply) => {
      refuseWeakPassword("/password", request.body.password);
      const user = await registerAccount(services.accounts, request.body);
      if (user === "full") throw new ProblemError(OVERLOADED);
      if (user === "username_taken") {
        throw new ProblemError({ code: "username_taken", detail: "Somebody has this name. Choose another." });
      }
      services.metrics.registrations.inc();
      reply.code(201);
      return await openSession(services, user, request, reply);
    },
  );
}
