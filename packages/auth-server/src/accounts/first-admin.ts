// The first admin: made by whoever runs the server, never by a request.
import type { User } from "../users/user.ts";
import type { Accounts } from "./accounts.ts";

/**
 * Makes the admin if there is none. A name that a bettor holds is not promoted: before there is an admin anybody
 * may register any name, and promoting it would hand the house to a stranger.
 */
export async function ensureFirstAdmin(
  { users, hasher, clock }: Accounts,
  { username, password }: { readonly username: string; readonly password: string },
): Promise<User | "admin_exists" | "username_taken"> {
  const passwordHash = await hasher.hash(password);
  return await users.createFirstAdmin({ username, passwordHash, createdAt: clock() });
}
