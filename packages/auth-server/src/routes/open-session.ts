// What registering and logging in end with: an access token in the answer, a refresh token and the device in
// cookies.
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Entrant } from "../accounts/accounts.ts";
import { setDeviceCookie, setRefreshCookie } from "../http/cookies.ts";
import type { Services } from "../http/services.ts";

export async function openSession(
  { accessTokens, refreshTokens }: Services,
  { user, device }: Entrant,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const accessToken = await accessTokens.issue(user);
  setRefreshCookie(request, reply, await refreshTokens.begin(user.id));
  setDeviceCookie(request, reply, device);
  const { id, username, role } = user;
  return { user: { id, username, role }, accessToken, expiresIn: accessTokens.lifetime };
}
