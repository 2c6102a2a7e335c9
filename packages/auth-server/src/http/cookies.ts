// What the browser keeps for us and sends back: the refresh token, and by what its device is known again. Cookies that
// no script reads and no other site sends.
import type { FastifyReply, FastifyRequest } from "fastify";
import { DEVICE_LIFETIME } from "../accounts/known-devices.ts";
import { REFRESH_LIFETIME } from "../tokens/refresh-tokens.ts";

const REFRESH = "quorumbook_refresh";
const DEVICE = "quorumbook_device";

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
  reply.setCookie(REFRESH, token, { ...attributes(request), maxAge: REFRESH_LIFETIME });
}

export function clearRefreshCookie(request: FastifyRequest, reply: FastifyReply): void {
  reply.clearCookie(REFRESH, attributes(request));
}

export function readRefreshCookie(request: FastifyRequest): string | undefined {
  return request.cookies[REFRESH];
}

export function setDeviceCookie(request: FastifyRequest, reply: FastifyReply, device: string): void {
  reply.setCookie(DEVICE, device, { ...attributes(request), maxAge: DEVICE_LIFETIME });
}

export function readDeviceCookie(request: FastifyRequest): string | undefined {
  return request.cookies[DEVICE];
}
