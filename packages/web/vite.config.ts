// One page, hashed assets, nothing inline: the server's content security policy allows scripts and styles from
// its own origin only, and an asset's name changes with its content, so that it can be cached for ever.
import { readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { defaultClientConditions, defineConfig, type Plugin } from "vite";

const entryPoint = process.env["QUORUMBOOK_ENTRY_POINT"] ?? "http://127.0.0.1:8080";

export default defineConfig({
  root: import.meta.dirname,
  resolve: { conditions: ["@quorumbook/source", ...defaultClientConditions] },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [compressFiles(), sweepAssets()],
  build: {
    outDir: "dist",
    // The last build's assets stay beside the new ones: pages that were opened before an upgrade still ask for their
    // parts. Their names change with their content, so nothing is ever half old and half new. What is older than the
    // last build goes (sweepAssets).
    emptyOutDir: false,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
  },
  // `npm run dev -w @quorumbook/web` serves the source and hands the rest to a running system.
  server: {
    host: "127.0.0.1",
    proxy: { "/api": entryPoint, "/ws": { target: entryPoint, ws: true } },
  },
});

/** Below this a response fits into one packet anyway. */
const COMPRESS_BYTES_MIN = 1_024;
const COMPRESSIBLE = /\.(?:css|html|js|json|svg)$/;

/** Lays NAME.br and NAME.gz beside each file of the build that is worth it; the server sends them as they are. */
export function compressFiles(): Plugin {
  const encodings = [
    {
      suffix: ".br",
      compress: (content: Buffer) =>
        promisify(brotliCompress)(content, {
          params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY },
        }),
    },
    {
      suffix: ".gz",
      compress: (content: Buffer) => promisify(gzip)(content, { level: constants.Z_BEST_COMPRESSION }),
    },
  ];
  return {
    name: "quorumbook:compress-files",
    apply: "build",
    async writeBundle({ dir = "" }, bundle) {
      for (const name of Object.keys(bundle)) {
        const path = join(dir, name);
        const content = await readFile(path);
        const isWorth = COMPRESSIBLE.test(name) && content.length >= COMPRESS_BYTES_MIN;
        for (const { suffix, compress } of encodings) {
          const compressed = isWorth ? await compress(content) : content;
          if (compressed.length < content.length) await replace(path + suffix, compressed);
          else await rm(path + suffix, { force: true });
        }
      }
    },
  };
}

/** A server at work on the folder sees the old file or the new one, never a part. */
async function replace(path: string, content: Uint8Array): Promise<void> {
  const unfinished = `${path}.new`;
  await writeFile(unfinished, content);
  await rename(unfinished, path);
}

/**
 * Removes the assets that neither this build nor the one before it made. All files of one build get one time of
 * change, the page's; so what is older than the page that this build replaced is nobody's any more.
 */
export function sweepAssets(): Plugin {
  let outDir = "";
  let replacedAt = Number.NEGATIVE_INFINITY;
  return {
    name: "quorumbook:sweep-assets",
    apply: "build",
    enforce: "post",
    configResolved({ root, build }) {
      outDir = resolve(root, build.outDir);
    },
    async buildStart() {
      replacedAt = (await changedAt(join(outDir, "index.html"))) ?? Number.NEGATIVE_INFINITY;
    },
    writeBundle: {
      order: "post",
      sequential: true,
      async handler({ dir = "" }, bundle) {
        const now = new Date();
        for (const name of Object.keys(bundle)) {
          for (const path of ["", ".br", ".gz"].map((suffix) => join(dir, name + suffix))) {
            if ((await changedAt(path)) !== undefined) await utimes(path, now, now);
          }
        }
        for (const name of await readdir(join(dir, "assets"))) {
          const path = join(dir, "assets", name);
          const at = await changedAt(path);
          if (at !== undefined && at < replacedAt) await rm(path);
        }
      },
    },
  };
}

/** In milliseconds since 1970; undefined where there is no such file. */
async function changedAt(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
