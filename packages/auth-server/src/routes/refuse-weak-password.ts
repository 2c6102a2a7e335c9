// The password policy, in the form in which a request is refused.
import { ProblemError } from "../http/problem.ts";
import { passwordWeakness } from "../passwords/password-policy.ts";

/** @throws ProblemError `invalid_request` naming the field at `path` */
export function refuseWeakPassword(path: string, password: string): void {
  const message = passwordWeakness(password);
  if (message === undefined) return;
  throw new ProblemError({
    code: "invalid_request",
    detail: "The password is not strong enough.",
    errors: [{ path, message }],
  });
}
