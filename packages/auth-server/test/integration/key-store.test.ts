import { chmod, readdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readConfig } from "../../src/config.ts";
import { createAuthServer } from "../../src/serve.ts";
import { readOrMakeSecret } from "../../src/tokens/secret-file.ts";
import { addKey, deleteKeys, readKeys } from "../../src/tokens/key-store.ts";
import { unixMillis, wallClock } from "../../src/units.ts";
import { START } from "../fixtures.ts";
import { dataFolder } from "./process.ts";

const HOUR = 3_600_000;

describe("the keys on disk", () => {
  it("come back as they were made", async () => {
    const folder = join(await dataFolder(), "keys");
    expect(await readKeys(folder)).toEqual([]);
    const made = [await addKey(folder, START), await addKey(folder, unixMillis(START + 1))];
    const found = [...(await readKeys(folder))].sort((a, b) => a.signsFrom - b.signsFrom);
    expect(found).toEqual(made);
    for (const name of await readdir(folder)) {
      expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
    }
  });

  it("are not disturbed by what a killed process left behind, and that is cleared away when it is old", async () => {
    const folder = join(await dataFolder(), "keys");
    await readKeys(folder);
    const key = await addKey(folder, START);
    const [old, fresh] = [".old.tmp", ".fresh.tmp"];
    for (const name of [old, fresh]) await writeFile(join(folder, name), "{half a k");
    const longAgo = new Date(Date.now() - HOUR);
    await utimes(join(folder, old), longAgo, longAgo);
    expect(await readKeys(folder)).toEqual([key]);
    await deleteKeys(folder, []);
    expect(await readdir(folder)).toEqual(expect.arrayContaining([fresh]));
    expect(await readdir(folder)).not.toContain(old);
  });

  it("are deleted by the server once their last token has expired, and no sooner", async () => {
    const dataDir = await dataFolder();
    const folder = join(dataDir, "keys");
    await readKeys(folder);
    const now = wallClock();
    const [ancient, old, current] = [
      await addKey(folder, unixMillis(now - 9 * HOUR)),
      await addKey(folder, unixMillis(now - 2 * HOUR)),
      await addKey(folder, unixMillis(now - HOUR / 12)),
    ];
    const config = readConfig({ QUORUMBOOK_AUTH_PORT: "0", QUORUMBOOK_AUTH_DATA: dataDir });
    const server = await createAuthServer({
      config,
      logger: false,
      onFatal: (error) => expect.unreachable(error.message),
    });
    await server.rereadKeys();
    await server.close();
    const kids = (await readKeys(folder)).map(({ kid }) => kid);
    expect(kids).toHaveLength(2);
    expect(kids).toEqual(expect.arrayContaining([old.kid, current.kid]));
    expect(kids).not.toContain(ancient.kid);
  });
});

describe("a secret on disk", () => {
  it("is made once, however many ask for it at the same time, and is its owner's alone", async () => {
    const path = join(await dataFolder(), "keys", "some.secret");
    const made = await Promise.all(Array.from({ length: 8 }, () => readOrMakeSecret(path)));
    const [first] = made;
    expect(first).toHaveLength(32);
    for (const secret of [...made, await readOrMakeSecret(path)]) expect(secret).toEqual(first);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(path, ".."))).toEqual(["some.secret"]);
  });

  it("is not taken where others could read it or where it is damaged, and never quoted", async () => {
    const path = join(await dataFolder(), "keys", "some.secret");
    await readOrMakeSecret(path);
    const text = await readFile(path, "utf8");
    await chmod(path, 0o640);
    await expect(readOrMakeSecret(path)).rejects.toThrow(/mode must be 0600/);
    await chmod(path, 0o600);
    for (const damaged of ["", text.slice(0, 20), `${text}${text}`]) {
      await writeFile(path, damaged);
      const failure = await readOrMakeSecret(path).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: "KEY_STORE_FAILED" });
      expect(String(failure)).not.toContain(text.slice(0, 10));
    }
  });
});
