import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { docCommands } from "../lifecycle/doc-commands.ts";
import { projectRoot } from "../lib/source-paths.ts";

describe("the commands of a page", () => {
  it("are its blocks that begin with # run, each with its heading and its line", () => {
    const page = ["# Page", "## One", "```sh", "# run", "first", "second", "```", "```sh", "not this", "```"];
    const more = ["### Two `x`", "words", "```sh", "# run", "third", "```", "```ts", "# run", "```", ""];
    expect(docCommands([...page, ...more].join("\n"))).toEqual([
      { heading: "One", line: 5, script: "first\nsecond\n" },
      { heading: "Two `x`", line: 15, script: "third\n" },
    ]);
  });

  it("cover every operation that docs/operating.md promises to rehearse", () => {
    const blocks = docCommands(readFileSync(join(projectRoot, "docs/operating.md"), "utf8"));
    const script = blocks.map((block) => block.script).join("");
    for (const command of ["add", "promote", "remove", "replace"]) {
      expect(script).toContain(`quorumbook members ${command}`);
    }
    for (const command of ["status", "ready", "backup", "verify", "restore", "recover"]) {
      expect(script).toContain(`quorumbook ${command} `);
    }
  });
});
