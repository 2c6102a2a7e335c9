// Signing keys on disk: one file a key in a folder of mode 0700, each file of mode 0600.
import { randomUUID } from "node:crypto";
import { chmod, mkdir, open, readdir, readFile, rename, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { calculateJwkThumbprint, importJWK } from "jose";
import { KeyStoreError, messageOf } from "../errors.ts";
import { type UnixMillis, unixMillis } from "../units.ts";
import { generateSigningKey } from "./generate-signing-key.ts";
import type { SigningKey } from "./signing-keys.ts";

const FORMAT = 1;
const SUFFIX = ".key.json";
export const TEMPORARY = ".tmp";
/** A key is written in milliseconds, so a file this old has no writer any more. */
const ABANDONED_MS = 60_000;

/** @throws KeyStoreError where the folder or a key cannot be read, or is not what this program wrote */
export async function readKeys(folder: string): Promise<readonly SigningKey[]> {
  return await asKeyStoreError(`the keys in ${folder} cannot be read`, async () => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
    const names = (await readdir(folder)).filter((name) => name.endsWith(SUFFIX));
    return await Promise.all(names.map((name) => readKey(join(folder, name))));
  });
}

/**
 * Makes a key that signs from `signsFrom`. On return it is durable, under its final name.
 *
 * @throws KeyStoreError where it cannot be written; then no key was added
 */
export async function addKey(folder: string, signsFrom: UnixMillis): Promise<SigningKey> {
  const key = await generateSigningKey(signsFrom);
  const content = JSON.stringify({ format: FORMAT, ...key });
  return await asKeyStoreError(`a key cannot be written to ${folder}`, async () => {
    const temporary = join(folder, `.${randomUUID()}${TEMPORARY}`);
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, join(folder, `${key.kid}${SUFFIX}`));
    await syncFolder(folder);
    return key;
  });
}

/**
 * Deletes keys that no valid token needs, and what a process killed half-way through {@link addKey} left behind.
 * For the server alone, which knows how long its tokens live.
 *
 * @throws KeyStoreError where that fails; the keys not yet deleted are as they were
 */
export async function deleteKeys(folder: string, dead: readonly SigningKey[]): Promise<void> {
  await asKeyStoreError(`old keys in ${folder} cannot be deleted`, async () => {
    for (const { kid } of dead) await unlink(join(folder, `${kid}${SUFFIX}`));
    for (const name of await readdir(folder)) {
      if (!name.endsWith(TEMPORARY)) continue;
      const { mtimeMs } = await stat(join(folder, name));
      if (mtimeMs < Date.now() - ABANDONED_MS) await unlink(join(folder, name));
    }
    if (dead.length > 0) await syncFolder(folder);
  });
}

async function readKey(path: string): Promise<SigningKey> {
  const file = await open(path, "r");
  try {
    const { mode } = await file.stat();
    if ((mode & 0o077) !== 0) throw new KeyStoreError(`${path} is readable by others: its mode must be 0600`);
  } finally {
    await file.close();
  }
  const stored = JSON.parse(await readFile(path, "utf8")) as Partial<SigningKey> & { format?: unknown };
  const { format, kid, signsFrom, jwk } = stored;
  if (format !== FORMAT || typeof kid !== "string" || typeof signsFrom !== "number" || jwk === undefined) {
    throw new KeyStoreError(`${path} is not a key of this program`);
  }
  await importJWK(jwk, "EdDSA");
  if ((await calculateJwkThumbprint(jwk, "sha256")) !== kid) throw new KeyStoreError(`${path} is damaged`);
  return { kid, signsFrom: unixMillis(signsFrom), jwk };
}

/** A rename is durable only once its folder is. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function asKeyStoreError<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof KeyStoreError) throw error;
    // The parser quotes what it read in its message; of a private key not a byte may reach a log.
    const reason = error instanceof SyntaxError ? "not JSON" : messageOf(error);
    throw new KeyStoreError(`${what}: ${reason}`);
  }
}
