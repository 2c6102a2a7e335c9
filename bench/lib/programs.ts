// Programs of other people that a bench measures beside ours.
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Where Debian puts servers, which a user's PATH may lack. */
const MORE_FOLDERS = ["/usr/sbin"];

/** The program's path. Installed from Debian's package if it is missing and this is root; undefined if it cannot be had. */
export function findProgram(name: string, debianPackage: string): string | undefined {
  const found = lookFor(name);
  if (found !== undefined || process.getuid?.() !== 0) return found;
  process.stderr.write(`${name} is not here: installing ${debianPackage}\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const install = ["install", "-qq", "-y", "--no-install-recommends", debianPackage];
  spawnSync("apt-get", ["update", "-qq"], { env, stdio: "ignore" });
  spawnSync("apt-get", install, { env, stdio: "ignore" });
  return lookFor(name);
}

function lookFor(name: string): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), ...MORE_FOLDERS];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
