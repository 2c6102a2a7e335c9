// What registering and logging in end with: an access token in the answer, a refresh token in the cookie.
import type { FastifyReply, FastifyRequest } from "fastify";
import { setRefreshCookie } from "../http/refresh-cookie.ts";
import type { Services } from "../http/services.ts";
import type { User } from "../users/user.ts";

export async function openSession(
  { accessTokens, refreshTokens }: Services,
  user: User,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const accessToken = await accessTokens.issue(user);
  setRefreshCookie(request, reply, await refreshTokens.begin(user.id));
  const { id, username, role } = user;
  return { user: { id, username, role }, accessToken, expiresIn: accessTokens.lifetime };
}
