import { describe, expect, it } from "vitest";
import { codeOnly } from "../tidy/code-only.ts";
import { importsOf } from "../tidy/imports-of.ts";
import { projectFile } from "../tidy/project-file.ts";
import { brokenCanaries, rules, tidy } from "../tidy/rules.ts";

describe("tidy", () => {
  it.each(rules.map((rule) => [rule.name, rule] as const))("has canaries for: %s", (_, rule) => {
    expect(rule.canaries.length).toBeGreaterThan(0);
    expect(rule.allowed.length).toBeGreaterThan(0);
    expect(brokenCanaries(rule)).toEqual([]);
  });

  it("notices a rule that has gone blind, and one that sees ghosts", () => {
    const [rule] = rules;
    if (rule === undefined) throw new Error("there are rules");
    const blind = brokenCanaries({ ...rule, check: () => [] });
    expect(blind).toHaveLength(rule.canaries.length);
    const ghosts = brokenCanaries({
      ...rule,
      check: ([file]) => [{ path: file?.path ?? "", line: 1, message: "" }],
    });
    expect(ghosts).toHaveLength(rule.allowed.length);
  });

  it("names file and line of a fault", () => {
    const file = projectFile("packages/betting-core/src/index.ts", "const a = 1;\nconst b = Date.now();\n");
    expect(tidy([file])).toEqual([
      {
        path: "packages/betting-core/src/index.ts",
        line: 2,
        message: expect.stringContaining("time comes with the command") as string,
      },
    ]);
  });
});

describe("the view of code alone", () => {
  it.each([
    ["a; // Date.now()\nb;", "a;              \nb;"],
    ["a /* x\ny */ b", "a     \n     b"],
    ['f("it\'s // no comment");', 'f("                  ");'],
    ["`a ${b} c`", "`    b   `"],
    ["`${ {a: `x`} }`", "`   {a: ` `}  `"],
    ["x = /[/'\"]/.test(y) / z;", "x =        .test(y) / z;"],
    ["a / b / c", "a / b / c"],
  ])("blanks out what is none, and moves nothing: %j", (text, code) => {
    expect(codeOnly(text)).toBe(code);
  });

  it("finds every form of import, and none in comments and strings", () => {
    const text = [
      'import "a";',
      'import b, { type B } from "b";',
      'import type { C } from "./c.ts";',
      "import {\n  d,\n} from '../d.ts';",
      'export * from "./e.ts";',
      'export { f } from "./f.ts";',
      'const g = await import("g");',
      '// import "h";',
      'const i = "import \\"i\\";";',
      "export const j = 1;",
    ].join("\n");
    const found = importsOf(projectFile("x/y/z.ts", text));
    expect(found.map(({ specifier }) => specifier)).toEqual([
      "a",
      "b",
      "./c.ts",
      "../d.ts",
      "./e.ts",
      "./f.ts",
      "g",
    ]);
    expect(found[2]).toMatchObject({ target: "x/y/c.ts", typeOnly: true, line: 3 });
    expect(found[3]).toMatchObject({ target: "x/d.ts", typeOnly: false, line: 4 });
  });
});
