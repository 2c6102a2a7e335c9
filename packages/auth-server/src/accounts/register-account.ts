// A new bettor. Nothing in the request can make it anything else.
import { usernameKey } from "../users/user.ts";
import type { Accounts, Entrant } from "./accounts.ts";

/** Answers the account, durable; or why there is none. The password must have passed the policy. */
export async function registerAccount(
  { users, hasher, hashing, devices, clock }: Accounts,
  { username, password }: { readonly username: string; readonly password: string },
): Promise<Entrant | "username_taken" | "full"> {
  // Registering tells anyway whether a name is taken, so a hash need not be wasted on it. Who wins a race is
  // decided by the store.
  if ((await users.findCredentials(username)) !== undefined) return "username_taken";
  const passwordHash = await hashing.run(() => hasher.hash(password));
  if (passwordHash === "full") return "full";
  const user = await users.create({ username, role: "bettor", passwordHash, createdAt: clock() });
  if (user === "username_taken") return user;
  return { user, device: devices.issue({ name: usernameKey(username), passwordHash }) };
}
