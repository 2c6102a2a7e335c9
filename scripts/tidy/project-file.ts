import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { codeOnly } from "./code-only.ts";

/** A file of the project as the rules see it. */
export interface ProjectFile {
  /** From the project's root, with slashes. */
  readonly path: string;
  readonly text: string;
  /** The text with comments, strings and regular expressions blanked out; the same as `text` for other files. */
  readonly code: string;
}

/** One fault, with the line it is on (from 1). */
export interface Fault {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

/** A check of the project's files, with files that it must reject: a rule that lets its canary live is broken. */
export interface Rule {
  readonly name: string;
  check(files: readonly ProjectFile[]): Fault[];
  /** Each is checked as a whole project of its own and must have a fault. */
  readonly canaries: readonly (readonly ProjectFile[])[];
  /** Each is checked likewise and must have none: what the rule must not be so strict as to forbid. */
  readonly allowed: readonly (readonly ProjectFile[])[];
}

/** Folders that hold nothing of ours, or nothing that is source. */
const LEFT_OUT = new Set(["node_modules", "dist", ".git", ".bootstrap-lock"]);
/** The data folder of a system that runs in the project's folder. */
const DATA = "data";

export function readProject(root: string): ProjectFile[] {
  const files: ProjectFile[] = [];
  const walk = (folder: string) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!LEFT_OUT.has(entry.name) && path !== DATA) walk(path);
      } else if (
        /\.(tsx?|mjs|json|md|css|html|ya?ml)$/.test(entry.name) &&
        entry.name !== "package-lock.json"
      ) {
        files.push(projectFile(path, readFileSync(join(root, path), "utf8")));
      }
    }
  };
  walk("");
  return files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

export function projectFile(path: string, text: string): ProjectFile {
  return { path, text, code: isSource(path) ? codeOnly(text) : text };
}

export function isSource(path: string): boolean {
  return /\.(tsx?|mjs)$/.test(path);
}

export function isTest(path: string): boolean {
  return /(^|\/)test\//.test(path);
}

/** The line number of a position in a text. */
export function lineAt(text: string, position: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < position; at = text.indexOf("\n", at + 1)) line += 1;
  return line;
}
