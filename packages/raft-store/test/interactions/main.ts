// `npm run scenarios`: writes every transcript anew. What has changed is then a diff to be read, line by line.
import { readFileSync, writeFileSync } from "node:fs";
import { play } from "./scenario.ts";
import { scripts } from "./scripts.ts";

let changed = 0;
for (const { path, name } of scripts()) {
  const before = readFileSync(path, "utf8");
  const after = play(before);
  if (after === before) continue;
  writeFileSync(path, after);
  process.stdout.write(`${name} has changed\n`);
  changed += 1;
}
process.stdout.write(`${changed} transcripts written\n`);
