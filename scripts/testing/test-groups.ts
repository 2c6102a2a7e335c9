import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** A group of tests: a vitest project, and what it needs beside Node and npm. */
export interface TestGroup {
  readonly project: string;
  readonly what: string;
  /** A program that has to be on the machine, under one of these names; none for tests that need nothing more. */
  readonly needs?: { readonly name: string; readonly programs: readonly string[] };
}

export const testGroups: readonly TestGroup[] = [
  { project: "unit", what: "the pure parts" },
  { project: "integration", what: "real sockets, disks and processes" },
  {
    project: "browser",
    what: "the web app in a real browser",
    needs: { name: "Chromium", programs: ["chromium", "chromium-browser", "google-chrome"] },
  },
];

/** Tests inside a group that run only where what they need is installed. */
export const optionalTests: readonly TestGroup[] = [
  {
    project: "integration",
    what: "the account store on a real database",
    needs: { name: "MariaDB", programs: ["mariadbd"] },
  },
  {
    project: "integration",
    what: "the entry point of deploy/nginx",
    needs: { name: "nginx", programs: ["nginx"] },
  },
  {
    project: "integration",
    what: "the book on NATS JetStream",
    needs: { name: "nats-server", programs: ["nats-server"] },
  },
];

/** Whether one of these programs is on the machine. */
export function isInstalled(programs: readonly string[], path: string): boolean {
  const folders = [...path.split(delimiter), "/usr/sbin", "/usr/local/sbin", "/sbin"];
  return programs.some((program) =>
    folders.some((folder) => folder !== "" && existsSync(join(folder, program))),
  );
}
