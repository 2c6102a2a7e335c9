// A door for whoever wants more than limits against robots: proof of work, a captcha, a list of addresses.
import type { FastifyRequest } from "fastify";
import type { Refusal } from "./problem.ts";

/**
 * Asked before an account is opened and before a password is checked, so before anything costs. It reads what the
 * client sends for it from the request's headers, because the bodies are closed to unknown fields.
 */
export interface Challenge {
  /** Why the request is refused, or undefined where it may go on. */
  refuse(request: FastifyRequest, purpose: "register" | "login"): Promise<Refusal | undefined>;
}

/** Nothing is asked of anybody, unless the composition root is given something else. */
export const NO_CHALLENGE: Challenge = { refuse: () => Promise.resolve(undefined) };
