// Who is asking: the Bearer token, checked, and the account behind it as it is now.
import type { FastifyRequest } from "fastify";
import type { User } from "../users/user.ts";
import { ProblemError, UNAUTHENTICATED } from "./problem.ts";
import type { Services } from "./services.ts";

const BEARER = /^Bearer +(?<token>[A-Za-z0-9._~+/=-]+) *$/i;

/**
 * The user of this request. Unlike a game node this server has the account at hand, so one that was disabled is
 * refused at once and a role is the present one.
 *
 * @throws ProblemError `unauthenticated`, the same for every reason
 */
export async function authenticate(
  { accessTokens, accounts }: Services,
  request: FastifyRequest,
): Promise<User> {
  const token = BEARER.exec(request.headers.authorization ?? "")?.groups?.token;
  const userId = token === undefined ? undefined : await accessTokens.verify(token);
  const user = userId === undefined ? undefined : await accounts.users.findById(userId);
  if (user === undefined || user.disabled) throw new ProblemError(UNAUTHENTICATED);
  return user;
}

/** As {@link authenticate}. @throws ProblemError also `forbidden`, where the user is no admin */
export async function authenticateAdmin(services: Services, request: FastifyRequest): Promise<User> {
  const user = await authenticate(services, request);
  if (user.role !== "admin")
    throw new ProblemError({ code: "forbidden", detail: "Only an admin may do this." });
  return user;
}
