// What would be published: its shape, and that it works in an empty folder, away from this repository.
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { projectRoot } from "../../lib/source-paths.ts";

const run = promisify(execFile);
const npm = join(projectRoot, "node_modules/.bin");

interface Packed {
  readonly directory: string;
  readonly tarball: string;
}

const NAMES = ["raft-store", "betting-core"] as const;
const packages = new Map<string, Packed>();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quorumbook-packages-"));
  await run(join(npm, "tsc"), ["-b", "packages/raft-store", "packages/betting-core"], { cwd: projectRoot });
  for (const name of NAMES) packages.set(name, await pack(name));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function pack(name: string): Promise<Packed> {
  const directory = join(projectRoot, "packages", name);
  const { stdout } = await run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
    cwd: directory,
  });
  // npm has given a list, and gives an object by name.
  const [{ filename }] = Object.values(JSON.parse(stdout)) as [{ filename: string }];
  return { directory, tarball: join(folder, filename) };
}

function packed(name: string): Packed {
  const found = packages.get(name);
  if (found === undefined) throw new Error(`${name} was not packed`);
  return found;
}

describe.each(NAMES)("the package %s", (name) => {
  test("holds what its sources make, a licence, and nothing that has no source any more", async () => {
    const { directory, tarball } = packed(name);
    const { stdout } = await run("tar", ["-tzf", tarball]);
    const files = stdout.split("\n").map((path) => path.replace(/^package\//, ""));
    for (const needed of [
      "README.md",
      "LICENSE",
      "package.json",
      "dist/index.js",
      "dist/index.d.ts",
      "src/index.ts",
    ])
      expect(files).toContain(needed);
    const made = files.filter((path) => path.startsWith("dist/"));
    const stale = made.filter(
      (path) =>
        !existsSync(join(directory, path.replace(/^dist/, "src").replace(/(\.d\.ts|\.js)(\.map)?$/, ".ts"))),
    );
    expect(stale, "npx tsc -b --clean removes what is left from before").toEqual([]);
    expect(files.filter((path) => /test|bench|tsbuildinfo/.test(path) && !path.includes("/testing"))).toEqual(
      [],
    );
  });

  test("has nothing that publint would change", async () => {
    const { tarball } = packed(name);
    const bytes = readFileSync(tarball);
    const tarballBytes = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
    const { messages, pkg } = await publint({ pack: { tarball: tarballBytes }, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  test("has types that say what its modules are, wherever an ES module is imported", async () => {
    const { tarball } = packed(name);
    const result = await checkPackage(createPackageFromTarballData(new Uint8Array(readFileSync(tarball))));
    if (result.types === false) throw new Error("no types");
    // CommonJS is not served, and "node10" is the resolution of a Node.js that cannot run this.
    const problems = result.problems.filter((problem) => {
      if (problem.kind === "CJSResolvesToESM") return false;
      return !("resolutionKind" in problem && problem.resolutionKind === "node10");
    });
    expect(problems).toEqual([]);
  });
});

/** The ten lines of the README. */
const PROGRAM = `
import { RaftStore } from "@quorumbook/raft-store";
let value = 0;
const machine = {
  apply: ({ command }) => (value += command.add),
  snapshot: () => ({ encode: async function* () { yield Buffer.from(String(value)); } }),
  restore: async (chunks) => { value = Number(Buffer.concat(await Array.fromAsync(chunks))); },
};
const store = await RaftStore.open({ clusterId: "ten-lines", nodeId: "a", dataDir: "data", members: { a: "127.0.0.1:0" }, machine });
await store.submit({ add: 40 });
const { result } = await store.submit({ add: 2 });
await store.readBarrier();
console.log(result, value);
await store.close();
`;

test("raft-store, installed from its tarball into an empty folder, runs a program of ten lines, and again", async () => {
  const { tarball } = packed("raft-store");
  const elsewhere = await mkdtemp(join(tmpdir(), "quorumbook-elsewhere-"));
  try {
    await writeFile(join(elsewhere, "package.json"), '{ "private": true, "type": "module" }\n');
    await writeFile(join(elsewhere, "main.js"), PROGRAM);
    const flags = ["--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts", "--omit=optional"];
    await run("npm", ["install", tarball, ...flags], { cwd: elsewhere });
    expect(await readdir(join(elsewhere, "node_modules"))).toEqual(
      expect.arrayContaining(["@quorumbook", "msgpackr"]),
    );
    expect((await run(process.execPath, ["main.js"], { cwd: elsewhere })).stdout).toBe("42 42\n");
    // From its own disk, without the workspace's source condition.
    expect((await run(process.execPath, ["main.js"], { cwd: elsewhere })).stdout).toBe("84 84\n");
  } finally {
    await rm(elsewhere, { recursive: true, force: true });
  }
});

test.each([
  ["replicated-counter", "made the counter 155"],
  ["replicated-kv", "members now: b c d; d knows 8"],
])("the example %s does what it says", async (name, last) => {
  const program = join(projectRoot, "examples", name, "main.ts");
  const { stdout } = await run(process.execPath, ["--conditions=@quorumbook/source", program], {
    timeout: 60_000,
  });
  expect(stdout).toContain(last);
});
