import { bannedCalls } from "./banned-calls.ts";
import { deadFiles } from "./dead-files.ts";
import { fileNames } from "./file-names.ts";
import { importBoundaries } from "./import-boundaries.ts";
import type { Fault, ProjectFile, Rule } from "./project-file.ts";
import { soundTexts } from "./sound-texts.ts";

export const rules: readonly Rule[] = [importBoundaries, bannedCalls, deadFiles, soundTexts, fileNames];

/** Every fault that a rule finds in the project, and every canary that a rule no longer rejects. */
export function tidy(files: readonly ProjectFile[]): Fault[] {
  return rules.flatMap((rule) => [...brokenCanaries(rule), ...rule.check(files)]);
}

export function brokenCanaries(rule: Rule): Fault[] {
  const path = (canary: readonly ProjectFile[]) => canary[0]?.path ?? "";
  const told = (canary: readonly ProjectFile[]) => JSON.stringify(canary[0]?.text.trim() ?? "");
  const survivors = rule.canaries.filter((canary) => rule.check(canary).length === 0);
  const victims = rule.allowed.filter((sample) => rule.check(sample).length > 0);
  return [
    ...survivors.map((canary) => ({
      path: path(canary),
      line: 1,
      message: `the rule "${rule.name}" has let its canary live: ${told(canary)}`,
    })),
    ...victims.map((sample) => ({
      path: path(sample),
      line: 1,
      message: `the rule "${rule.name}" rejects what it should allow: ${told(sample)}`,
    })),
  ];
}
