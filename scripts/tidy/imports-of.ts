import { posix } from "node:path";
import { lineAt, type ProjectFile } from "./project-file.ts";

export interface Import {
  /** As written. */
  readonly specifier: string;
  /** Where a relative one leads, from the project's root; undefined for a package. */
  readonly target: string | undefined;
  readonly typeOnly: boolean;
  readonly line: number;
}

const STATEMENT =
  /\b(?:import|export)\s+(?<type>type\s)?(?:[\w*{][^"'`;]*?\bfrom\s*)?(?<quote>["'])|\bimport\s*\(\s*(?<dynamic>["'])/g;

/** Everything that a source file imports or re-exports, dynamic imports of a literal included. */
export function importsOf(file: ProjectFile): Import[] {
  const found: Import[] = [];
  for (const match of file.code.matchAll(STATEMENT)) {
    // The code has the string blanked out; its text stands at the same place in the file.
    const start = match.index + match[0].length;
    const quote = match.groups?.["quote"] ?? match.groups?.["dynamic"] ?? '"';
    const specifier = file.text.slice(start, file.text.indexOf(quote, start));
    const relative = specifier.startsWith(".");
    found.push({
      specifier,
      target: relative ? posix.join(posix.dirname(file.path), specifier.split("?")[0] ?? "") : undefined,
      typeOnly: match.groups?.["type"] !== undefined,
      line: lineAt(file.text, match.index),
    });
  }
  return found;
}
