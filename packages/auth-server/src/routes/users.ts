// GET /api/auth/users and PATCH /api/auth/users/{id}: the admins' view of everybody.
import { authenticateAdmin } from "../http/authenticate.ts";
import type { App } from "../http/fastify-types.ts";
import { ProblemError } from "../http/problem.ts";
import {
  NoQuery,
  problemAnswers,
  toUserAnswer,
  UserAnswer,
  UserChangeBody,
  UserListAnswer,
  UserParams,
  UsersQuery,
} from "../http/schemas.ts";
import type { Services } from "../http/services.ts";
import { parseUserId } from "../units.ts";
import type { User } from "../users/user.ts";

const PAGE_DEFAULT = 50;

export function usersRoutes(app: App, services: Services): void {
  const { users, clock } = services.accounts;
  const admins = new WeakMap<object, User>();
  const onRequest = async (request: Parameters<typeof authenticateAdmin>[1]) => {
    admins.set(request, await authenticateAdmin(services, request));
  };

  app.get(
    "/users",
    {
      onRequest,
      schema: {
        summary: "All users, newest first; or the one of a name",
        security: [{ accessToken: [] }],
        querystring: UsersQuery,
        response: {
          200: UserListAnswer,
          ...problemAnswers("invalid_request", "unauthenticated", "forbidden"),
        },
      },
    },
    async (request) => {
      const { limit = PAGE_DEFAULT, cursor, username } = request.query;
      if (username !== undefined) {
        const named = await users.findCredentials(username);
        return { items: named === undefined ? [] : [toUserAnswer(named)], nextCursor: null };
      }
      const before = cursor === undefined ? undefined : parseUserId(cursor);
      // One more than asked for tells whether there is a next page.
      const found = await users.list({ limit: limit + 1, ...(before !== undefined && { before }) });
      const items = found.slice(0, limit);
      const nextCursor = found.length > limit ? (items.at(-1)?.id ?? null) : null;
      return { items: items.map(toUserAnswer), nextCursor };
    },
  );

  app.patch(
    "/users/:id",
    {
      onRequest,
      schema: {
        summary: "Change a user's role, or disable the account",
        security: [{ accessToken: [] }],
        querystring: NoQuery,
        params: UserParams,
        body: UserChangeBody,
        response: {
          200: UserAnswer,
          ...problemAnswers("invalid_request", "unauthenticated", "forbidden", "not_found"),
        },
      },
    },
    async (request) => {
      const id = parseUserId(request.params.id);
      const actor = admins.get(request)?.id;
      const changed = id && (await users.update(id, request.body, { actor, at: clock() }));
      if (changed === undefined || changed === "not_found") {
        throw new ProblemError({ code: "not_found", detail: "There is no such user." });
      }
      if (changed === "last_admin") {
        const detail = "This is the last admin: without one nobody could undo the change.";
        throw new ProblemError({ code: "forbidden", detail });
      }
      return toUserAnswer(changed);
    },
  );
}
