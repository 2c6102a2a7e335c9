// The examples are programs: they do what they say.
import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import type { World } from "../support/people.ts";

const projectRoot = resolve(import.meta.dirname, "../../../..");

export function examplesSuite(world: () => World): void {
  describe("the example of the client", () => {
    it("places a bet", async () => {
      await world().game({ question: "Does the example work?" });
      const { stdout } = await promisify(execFile)(
        process.execPath,
        ["--conditions=@quorumbook/source", "examples/place-a-bet/main.ts"],
        { cwd: projectRoot, env: { ...process.env, QUORUMBOOK_URL: world().system.origin } },
      );
      expect(stdout).toMatch(/^accepted \{/);
      expect(stdout).toContain("stake: 100");
    });
  });
}
