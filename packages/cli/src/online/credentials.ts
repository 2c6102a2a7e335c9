import type { Credentials } from "./api.ts";

/** Secrets come from the environment alone: an argument is seen by everybody on the machine. */
export function credentialsFrom(env: Readonly<Record<string, string | undefined>>): Credentials {
  const token = env["QUORUMBOOK_TOKEN"];
  const username = env["QUORUMBOOK_USER"];
  const password = env["QUORUMBOOK_PASSWORD"];
  return {
    ...(token && { token }),
    ...(username && { username }),
    ...(password && { password }),
  };
}
