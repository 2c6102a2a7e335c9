import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CommandError } from "../lib/command-error.ts";
import { projectRoot } from "../lib/source-paths.ts";

const PACKAGES = ["betting-core", "raft-store", "node-server"] as const;
const VERSIONS = "packages/node-server/src/replication/book-versions.ts";

/**
 * Makes a release of game nodes that comes after this one: the same program, but that it knows one more version of the
 * book. What it depends on is this one's.
 *
 * @param folder does not exist yet
 */
export function makeNextRelease(folder: string): void {
  for (const name of PACKAGES) {
    for (const part of ["package.json", "src"]) {
      cpSync(join(projectRoot, "packages", name, part), join(folder, "packages", name, part), {
        recursive: true,
      });
    }
  }
  cpSync(join(projectRoot, "package.json"), join(folder, "package.json"));
  const ours = join(folder, "node_modules");
  const own = join(ours, "@quorumbook");
  mkdirSync(own, { recursive: true });
  for (const name of readdirSync(join(projectRoot, "node_modules"))) {
    if (name !== "@quorumbook") symlinkSync(join(projectRoot, "node_modules", name), join(ours, name));
  }
  for (const name of PACKAGES) symlinkSync(join(folder, "packages", name), join(own, name));
  const before = readFileSync(join(folder, VERSIONS), "utf8");
  const after = before.replace(/max: (\d+)/, (_, max: string) => `max: ${Number(max) + 1}`);
  if (after === before) throw new CommandError(`${VERSIONS} has no max to raise`);
  writeFileSync(join(folder, VERSIONS), after);
}
