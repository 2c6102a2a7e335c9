// PUT /api/auth/password: a new password, for the old one.
import { changePassword } from "../accounts/change-password.ts";
import { authenticate } from "../http/authenticate.ts";
import type { App } from "../http/fastify-types.ts";
import { OVERLOADED, ProblemError } from "../http/problem.ts";
import { clearRefreshCookie } from "../http/cookies.ts";
import { NoContent, NoQuery, PasswordBody, problemAnswers } from "../http/schemas.ts";
import type { Services } from "../http/services.ts";
import type { User } from "../users/user.ts";
import { refuseWeakPassword } from "./refuse-weak-password.ts";

export function passwordRoute(app: App, services: Services): void {
  const users = new WeakMap<object, User>();
  app.put(
    "/password",
    {
      schema: {
        summary: "Change the password; ends every login",
        security: [{ accessToken: [] }],
        querystring: NoQuery,
        body: PasswordBody,
        response: {
          204: NoContent,
          ...problemAnswers(
            "invalid_request",
            "unauthenticated",
            "wrong_password",
            "rate_limited",
            "overloaded",
          ),
        },
      },
      // Before the body is looked at: a stranger learns nothing about what this route wants.
      onRequest: async (request) => {
        users.set(request, await authenticate(services, request));
      },
    },
    async (request, reply) => {
      const user = users.get(request);
      if (user === undefined) throw new Error("the request was not authenticated");
      refuseWeakPassword("/newPassword", request.body.newPassword);
      const change = { userId: user.id, ...request.body };
      const outcome = await changePassword(services.accounts, services.wrongAttempts, change);
      if (outcome === "full") throw new ProblemError(OVERLOADED);
      if (outcome === "wrong_password") {
        throw new ProblemError({ code: "wrong_password", detail: "The current password is not this one." });
      }
      if (outcome !== "changed") {
        const detail = "Too many wrong passwords.";
        throw new ProblemError({ code: "rate_limited", detail, retryAfter: outcome.retryAfter });
      }
      clearRefreshCookie(request, reply);
      return await reply.code(204).send(null);
    },
  );
}
