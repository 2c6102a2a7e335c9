// POST /api/auth/register: a new bettor, logged in at once.
import { registerAccount } from "../accounts/register-account.ts";
import { limitKeyOf } from "../http/client-address.ts";
import type { App } from "../http/fastify-types.ts";
import { OVERLOADED, ProblemError } from "../http/problem.ts";
import { NoQuery, problemAnswers, RegisterBody, SessionAnswer } from "../http/schemas.ts";
import type { Services } from "../http/services.ts";
import { usernameKey } from "../users/user.ts";
import { openSession } from "./open-session.ts";
import { refuseWeakPassword } from "./refuse-weak-password.ts";

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
      const refusal = await services.challenge.refuse(request, "register");
      if (refusal !== undefined) throw new ProblemError(refusal);
      refuseWeakPassword("/password", request.body.password);
      const entrant = await registerAccount(services.accounts, request.body);
      if (entrant === "full") throw new ProblemError(OVERLOADED);
      if (entrant === "username_taken") {
        throw new ProblemError({ code: "username_taken", detail: "Somebody has this name. Choose another." });
      }
      services.metrics.registrations.inc();
      services.familiar.remember(usernameKey(entrant.user.username), limitKeyOf(request.ip));
      reply.code(201);
      return await openSession(services, entrant, request, reply);
    },
  );
}
