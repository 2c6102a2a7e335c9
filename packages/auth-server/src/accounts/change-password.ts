// A new password for somebody who knows the old one.
import type { UserId } from "../units.ts";
import type { Accounts } from "./accounts.ts";
import type { AttemptLimiter } from "./attempt-limiter.ts";

export type ChangePasswordOutcome = "changed" | "wrong_password" | "full" | { readonly retryAfter: number };

/**
 * On "changed" every refresh token of the user is revoked. Wrong guesses are counted per user, so that a stolen
 * access token is no way to find out the password; they hold up nobody's login.
 */
export async function changePassword(
  { users, hasher, hashing, clock }: Accounts,
  limiter: AttemptLimiter,
  change: { readonly userId: UserId; readonly currentPassword: string; readonly newPassword: string },
): Promise<ChangePasswordOutcome> {
  const { userId, currentPassword, newPassword } = change;
  return await hashing.run(async (): Promise<ChangePasswordOutcome> => {
    const attempt = limiter.begin([`account by id ${userId}`]);
    if (typeof attempt === "number") return { retryAfter: attempt };
    let isRight = true;
    try {
      const credentials = await users.findCredentialsById(userId);
      const passwordHash = credentials?.passwordHash;
      isRight = await hasher.verify(passwordHash, currentPassword);
      if (!isRight || passwordHash === undefined) return "wrong_password";
      const next = await hasher.hash(newPassword);
      // Where somebody else changed it in between, the password given is no longer the current one.
      return (await users.changePassword(userId, passwordHash, next, clock())) ? "changed" : "wrong_password";
    } finally {
      attempt.end(isRight ? "right" : "wrong");
    }
  });
}
