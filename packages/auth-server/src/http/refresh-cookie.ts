// The refresh token's way to the browser and back: a cookie that no script reads and no other site sends.
import type { FastifyReply, FastifyRequest } from "fastify";
import { REFRESH_LIFETIME } from "../tokens/refresh-tokens.ts";

const NAME = "quorumbook_refresh";

function attributes(request: FastifyRequest) {
  return {
    path: "/api/auth",
    httpOnly: true,
    sameSite: "strict",
    // A browser drops a Secure cookie that comes over plain http, as on a developer's machine.
    secure: request.protocol === "https",
  } as const;
}

export function setRefreshCookie(request: FastifyRequest, reply: FastifyReply, token: string): void {
  reply.setCookie(NAME, token, { ...attributes(request), maxAge: REFRESH_LIFETIME });
}

export function clearRefreshCookie(request: FastifyRequest, reply: FastifyReply): void {
  reply.clearCookie(NAME, attributes(request));
}

export function readRefreshCookie(request: FastifyRequest): string | undefined {
  return request.cookies[NAME];
}
