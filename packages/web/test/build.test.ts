// What the build lays out for auth-server to serve, with a small app in place of ours.
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { build } from "vite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import config, { compressFiles, sweepAssets } from "../vite.config.ts";

let root = "";
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "quorumbook-build-"));
  await writeFile(join(root, "index.html"), '<script type="module" src="./app.js"></script>');
});
afterEach(() => rm(root, { recursive: true }));

/** Builds an app that has `words` in it, and answers the names of the assets that are there afterwards. */
async function buildWith(words: string): Promise<string[]> {
  await writeFile(join(root, "app.js"), `document.title = ${JSON.stringify(words.repeat(500))};`);
  await build({
    configFile: false,
    root,
    logLevel: "silent",
    build: { outDir: "dist", emptyOutDir: false, modulePreload: { polyfill: false } },
    plugins: [compressFiles(), sweepAssets()],
  });
  return (await readdir(join(root, "dist", "assets"))).toSorted();
}

/** Lets the last build look as old as it would be. */
async function age(hours: number): Promise<void> {
  const then = new Date(Date.now() - hours * 3_600_000);
  for (const name of [
    "index.html",
    ...(await readdir(join(root, "dist", "assets"))).map((n) => `assets/${n}`),
  ])
    await utimes(join(root, "dist", name), then, then);
}

/** What a first visit may load of scripts, compressed as it is served. */
const FIRST_LOAD_BYTES_MAX = 120 * 1024;

describe("the build of our app", () => {
  it("has a first load of scripts below its limit, with the chart library not in it", async () => {
    const outDir = join(root, "whole");
    await build({ ...config, configFile: false, logLevel: "silent", build: { ...config.build, outDir } });
    const page = await readFile(join(outDir, "index.html"), "utf8");
    const scripts = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+\.js)"/g)].map(([, path = ""]) => path);
    expect(scripts.length).toBeGreaterThan(0);
    let bytes = 0;
    for (const path of scripts) {
      // A script too small to be worth it is served as it is.
      const served = existsSync(join(outDir, `${path}.br`)) ? `${path}.br` : path;
      bytes += (await readFile(join(outDir, served))).length;
      expect(await readFile(join(outDir, path), "utf8")).not.toContain("uplot");
    }
    expect(bytes).toBeGreaterThan(20_000);
    expect(bytes).toBeLessThan(FIRST_LOAD_BYTES_MAX);
  });
});

describe("the build", () => {
  it("is the one that our app has", () => {
    const names = (config.plugins ?? []).flat().map((plugin) => plugin && "name" in plugin && plugin.name);
    expect(names).toEqual(["quorumbook:compress-files", "quorumbook:sweep-assets"]);
    expect(config.build?.emptyOutDir).toBe(false);
  });

  it("lays a .br and a .gz of the same content beside an asset, and nothing beside a small page", async () => {
    const assets = await buildWith("odds ");
    const [name = ""] = assets;
    expect(assets).toEqual([name, `${name}.br`, `${name}.gz`]);
    const read = (file: string) => readFile(join(root, "dist", "assets", file));
    const plain = await read(name);
    expect(plain.length).toBeGreaterThan(2_000);
    expect(brotliDecompressSync(await read(`${name}.br`))).toEqual(plain);
    expect(gunzipSync(await read(`${name}.gz`))).toEqual(plain);
    expect(await readdir(join(root, "dist"))).toEqual(["assets", "index.html"]);
  });

  it("keeps the assets of the build before it, and none that are older", async () => {
    const first = await buildWith("first ");
    await age(2);
    const both = await buildWith("second ");
    expect(both).toEqual(expect.arrayContaining(first));
    expect(both).toHaveLength(6);
    const third = await buildWith("third ");
    expect(third).toEqual(expect.arrayContaining(both.filter((name) => !first.includes(name))));
    expect(third).toHaveLength(6);
    expect(third).not.toEqual(expect.arrayContaining(first));
  });

  it("removes nothing that it made itself, when nothing has changed", async () => {
    const first = await buildWith("same ");
    await age(2);
    expect(await buildWith("same ")).toEqual(first);
    expect(await buildWith("same ")).toEqual(first);
  });

  it("takes away what is left of compressed files that are no longer worth it", async () => {
    await mkdir(join(root, "dist"), { recursive: true });
    await writeFile(join(root, "dist", "index.html.br"), "an old page");
    await buildWith("odds ");
    expect(await readdir(join(root, "dist"))).toEqual(["assets", "index.html"]);
  });
});
