// The command that makes an admin, beside a running server or before it first starts.
import { randomBytes } from "node:crypto";
import type { AuthConfig } from "./config.ts";
import { createPasswordHasher } from "./passwords/password-hasher.ts";
import { passwordWeakness } from "./passwords/password-policy.ts";
import { openDatabase } from "./storage/open-database.ts";
import { sqlUserRepository } from "./storage/sql-user-repository.ts";
import { wallClock } from "./units.ts";
import { USERNAME_PATTERN } from "./users/user.ts";

/** A command that cannot do what it was asked to; the message is for the person who asked. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

/**
 * Makes an account with the role admin, with a random password where none is given. A name that exists is
 * refused, whatever its role: no command takes an account away from its owner.
 *
 * @throws CommandError where the name or the password is not allowed, or the name is taken
 */
export async function createAdmin(
  config: Pick<AuthConfig, "dataDir" | "databaseUrl">,
  username: string,
  given: string | undefined,
): Promise<{ readonly username: string; readonly password: string }> {
  if (!new RegExp(USERNAME_PATTERN).test(username)) {
    throw new CommandError("the name must be 3 to 32 of A-Z a-z 0-9 . _ -");
  }
  const password = given ?? randomBytes(18).toString("base64url");
  const weakness = passwordWeakness(password);
  if (weakness !== undefined) throw new CommandError(`the password ${weakness}`);
  const hasher = await createPasswordHasher();
  const passwordHash = await hasher.hash(password);
  const database = await openDatabase(config);
  try {
    const users = sqlUserRepository(database);
    const user = await users.create({ username, role: "admin", passwordHash, createdAt: wallClock() });
    if (user === "username_taken") throw new CommandError(`the name ${username} is taken`);
    return { username: user.username, password };
  } finally {
    await database.close();
  }
}
