import { posix } from "node:path";
import { importsOf } from "./imports-of.ts";
import { isSource, type ProjectFile, projectFile, type Rule } from "./project-file.ts";

/** Files that something outside of our source starts or reads. */
const ENTRY =
  /(^|\/)(index|main)\.tsx?$|\.(test|test-d|bench)\.tsx?$|\.config\.(ts|mjs)$|\.d\.ts$|^(packages\/[^/]+\/)?(bench|examples)\/[^/]+\.ts$/;

/** Finds source files that nothing leads to: no entry imports them, no script or string names them. */
export const deadFiles: Rule = {
  name: "no dead files",
  check: (files) => {
    const sources = new Map(files.filter(({ path }) => isSource(path)).map((file) => [file.path, file]));
    const manifests = files.filter(({ path }) => /(^|\/)(package\.json|index\.html)$/.test(path));
    const started = manifests.flatMap((file) => named(file, sources));
    const waiting = [...[...sources.keys()].filter((path) => ENTRY.test(path)), ...started];
    const alive = new Set<string>();
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      const file = sources.get(path);
      if (file === undefined || alive.has(path)) continue;
      alive.add(path);
      for (const { target } of importsOf(file)) if (target !== undefined) waiting.push(target);
      // A worker, a preload, another process: named in a string.
      waiting.push(...named(file, sources));
    }
    return [...sources.keys()]
      .filter((path) => !alive.has(path))
      .map((path) => ({ path, line: 1, message: "nothing leads here; use it or delete it" }));
  },
  canaries: [
    [projectFile("packages/web/src/forgotten.ts", "export const x = 1;\n")],
    [
      projectFile("scripts/forgotten.ts", "\n"),
      projectFile("package.json", '{"scripts":{"a":"node b.ts"}}\n'),
    ],
    [
      projectFile("scripts/one.ts", 'import { x } from "./two.ts";\n'),
      projectFile("scripts/two.ts", 'import { y } from "./one.ts";\n'),
    ],
  ],
  allowed: [
    [
      projectFile("package.json", '{"scripts":{"a":"node --flag scripts/one.ts"}}\n'),
      projectFile("scripts/one.ts", 'import { x } from "./lib/two.ts";\n'),
      projectFile("scripts/lib/two.ts", 'const worker = new URL("./three.ts", import.meta.url);\n'),
      projectFile("scripts/lib/three.ts", "\n"),
    ],
  ],
};

/** Source files that a file names in a string or attribute, from its own folder or from the root. */
function named(file: ProjectFile, sources: ReadonlyMap<string, ProjectFile>): string[] {
  const names = file.text.matchAll(/[\w./@-]+\.(?:tsx?|mjs)\b/g);
  return [...names].flatMap(([name]) => {
    const clean = name.replace(/^\//, "");
    const places = [posix.join(posix.dirname(file.path), clean), posix.normalize(clean)];
    // Joined to a folder that is known at run time only.
    if (/^[^./][^/]*\//.test(clean))
      places.push(...[...sources.keys()].filter((path) => path.endsWith(`/${clean}`)));
    return places.filter((place) => place !== file.path && sources.has(place));
  });
}
