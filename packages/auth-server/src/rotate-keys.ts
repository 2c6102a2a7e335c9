// The command that starts a new signing key and deletes those that no valid token needs any more.
import type { AuthConfig } from "./config.ts";
import { keyFolderOf } from "./serve.ts";
import { addKey, pruneKeys, readKeys } from "./tokens/key-store.ts";
import { unixMillis, wallClock } from "./units.ts";

/** Seconds a new key is published before it signs: longer than verifiers keep the old set. */
export const ROTATION_LEAD = 120;

/** @throws KeyStoreError */
export async function rotateKeys(
  { dataDir, accessLifetime }: Pick<AuthConfig, "dataDir" | "accessLifetime">,
  leadSeconds: number,
): Promise<{ readonly kid: string; readonly signsFrom: string; readonly deleted: readonly string[] }> {
  const folder = keyFolderOf(dataDir);
  await readKeys(folder);
  const now = wallClock();
  const key = await addKey(folder, unixMillis(now + leadSeconds * 1000));
  const deleted = await pruneKeys(folder, now, accessLifetime * 1000);
  return { kid: key.kid, signsFrom: new Date(key.signsFrom).toISOString(), deleted };
}
