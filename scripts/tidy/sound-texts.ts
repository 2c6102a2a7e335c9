import { posix } from "node:path";
import { type Fault, isSource, lineAt, type ProjectFile, projectFile, type Rule } from "./project-file.ts";

interface Pattern {
  readonly what: string;
  readonly pattern: RegExp;
}

/** Words that announce unfinished work, and paths that exist on one machine only. */
const patterns: readonly Pattern[] = [
  { what: "unfinished work", pattern: /\b(?:TODO|FIXME|XXX|HACK)\b/g },
  { what: "a switched-off check", pattern: /@ts-(?:ignore|nocheck)\b/g },
  { what: "a conflict marker", pattern: /^(?:<{7}|>{7}|={7})(?: |$)/gm },
  {
    what: "a path of one machine",
    pattern: /(?<=^|[\s"'`(=])\/(?:home|root|Users|work|workspace|mnt)\/[\w.-]+\//gm,
  },
];

/** The rule's own words and examples. */
const OWN = /^scripts\/(tidy|test\/tidy)/;

export const soundTexts: Rule = {
  name: "texts are finished, and their links lead somewhere",
  check: (files) => {
    const known = new Set(files.map(({ path }) => path));
    return files
      .filter(({ path }) => !OWN.test(path))
      .flatMap((file) => [...wordFaults(file), ...linkFaults(file, known)]);
  },
  canaries: [
    one("docs/a.md", "TODO: write this"),
    one("packages/web/src/a.ts", "// @ts-ignore"),
    one("packages/web/src/a.ts", "<<<<<<< HEAD"),
    one("docs/a.md", "See /home/me/notes for more."),
    one("docs/a.md", "See [the guide](guide.md)."),
    one("docs/a.md", "See [it](../../elsewhere/design.md)."),
  ],
  allowed: [
    [
      ...one("docs/a.md", "See [b](b.md#part), [c](https://example.org/c.md) and [d](#d)."),
      ...one("docs/b.md", "b"),
    ],
    one("docs/a.md", "    ls /api/games"),
    one("packages/web/src/a.ts", "const hacked = 1;"),
  ],
};

function wordFaults(file: ProjectFile): Fault[] {
  return patterns.flatMap(({ what, pattern }) =>
    [...file.text.matchAll(pattern)].map(({ index, 0: found }) => ({
      path: file.path,
      line: lineAt(file.text, index),
      message: `${what}: ${found.trim()}`,
    })),
  );
}

/** Relative links of a Markdown page that lead to no file of the project. Folders and other kinds are not known here. */
function linkFaults({ path, text }: ProjectFile, known: ReadonlySet<string>): Fault[] {
  if (!path.endsWith(".md")) return [];
  return [...text.matchAll(/\]\((?<link>[^)\s]+)\)/g)].flatMap(({ index, groups }) => {
    const link = groups?.["link"] ?? "";
    if (/^(?:[a-z]+:|#)/.test(link)) return [];
    const target = posix.join(posix.dirname(path), (link.split("#")[0] ?? "").replace(/\/$/, ""));
    const isPage = target.endsWith(".md") || isSource(target);
    const leads = isPage ? known.has(target) : !target.startsWith("..");
    return leads ? [] : [{ path, line: lineAt(text, index), message: `the link to ${link} leads nowhere` }];
  });
}

function one(path: string, text: string): readonly ProjectFile[] {
  return [projectFile(path, `${text}\n`)];
}
