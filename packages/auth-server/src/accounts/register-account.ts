// A new bettor. Nothing in the request can make it anything else.
import type { User } from "../users/user.ts";
import type { Accounts } from "./accounts.ts";

/** Answers the account, durable; or why there is none. The password must have passed the policy. */
export async function registerAccount(
  { users, hasher, hashing, clock }: Accounts,
  { username, password }: { readonly username: string; readonly password: string },
): Promise<User | "username_taken" | "full"> {
  // Registering tells anyway whether a name is taken, so a hash need not be wasted on it. Who wins a race is
  // decided by the store.
  if ((await users.findCredentials(username)) !== undefined) return "username_taken";
  const passwordHash = await hashing.run(() => hasher.hash(password));
  if (passwordHash === "full") return "full";
  return await users.create({ username, role: "bettor", passwordHash, createdAt: clock() });
}
