import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("scripts", import.meta.url));

/** Every script there is, by name. */
export function scripts(): { readonly name: string; readonly path: string }[] {
  return readdirSync(FOLDER)
    .sort()
    .map((file) => ({ name: file.replace(/\.txt$/, ""), path: join(FOLDER, file) }));
}
