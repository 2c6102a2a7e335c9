import { readdir, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readConfig } from "../../src/config.ts";
import { createAuthServer } from "../../src/serve.ts";
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
