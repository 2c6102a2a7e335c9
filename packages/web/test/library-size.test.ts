// What a page pays for the book, built as this page's bundler builds it: the whole library, and the parts a slip needs.
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { expect, test } from "vitest";

const library = fileURLToPath(new URL("../../betting-core/src/index.ts", import.meta.url));

/** Bytes after gzip. A budget is raised knowingly, in a commit that says what for. */
test.each([
  ["the whole book", "export *", 51_000],
  ["payouts alone", "export { payoutOf, odds, minorUnits }", 450],
  ["a line on paper, and its sure wins", "export { PaperMarket, explainUnsafePricing }", 5_000],
])("%s stays within its budget", { timeout: 60_000 }, async (_what, wanted, budget) => {
  const root = await mkdtemp(join(tmpdir(), "quorumbook-size-"));
  try {
    await writeFile(join(root, "entry.ts"), `${wanted} from ${JSON.stringify(library)};\n`);
    await build({
      configFile: false,
      root,
      logLevel: "silent",
      build: { outDir: "dist", minify: true, lib: { entry: join(root, "entry.ts"), formats: ["es"] } },
    });
    const [name = ""] = await readdir(join(root, "dist"));
    const bytes = gzipSync(await readFile(join(root, "dist", name))).length;
    expect(bytes).toBeLessThan(budget);
    // A budget far above what is needed would let much in unseen.
    expect(bytes).toBeGreaterThan(0.7 * budget);
  } finally {
    await rm(root, { recursive: true });
  }
});
