// The command that starts a new signing key. The server deletes those that no valid token needs any more.
import type { AuthConfig } from "./config.ts";
import { keyFolderOf } from "./serve.ts";
import { addKey, readKeys } from "./tokens/key-store.ts";
import { unixMillis, wallClock } from "./units.ts";

/** Seconds a new key is published before it signs: longer than verifiers keep the old set. */
export const ROTATION_LEAD = 120;

/** @throws KeyStoreError */
export async function rotateKeys(
  { dataDir }: Pick<AuthConfig, "dataDir">,
  leadSeconds: number,
): Promise<{ readonly kid: string; readonly signsFrom: string }> {
  const folder = keyFolderOf(dataDir);
  await readKeys(folder);
  const key = await addKey(folder, unixMillis(wallClock() + leadSeconds * 1000));
  return { kid: key.kid, signsFrom: new Date(key.signsFrom).toISOString() };
}
