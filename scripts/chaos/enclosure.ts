// Runs the command once more in network, mount and process namespaces of its own. Whatever is made in there (bridges,
// rules, mounts, loop devices, processes) is gone with the last process in it, however that ends: the kernel sees to it.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { exitCodes } from "../lib/exit-codes.ts";
import { sourceFlags } from "../lib/source-paths.ts";

/** Set for the command that runs inside. */
const INSIDE = "QUORUMBOOK_CHAOS_INSIDE";
const FLAGS = ["--net", "--mount", "--pid", "--fork", "--kill-child=SIGKILL", "--mount-proc"];

export function isInside(env: NodeJS.ProcessEnv): boolean {
  return env[INSIDE] === "1";
}

/** Why namespaces cannot be had here; undefined if they can. */
export function whyNoNamespaces(): string | undefined {
  if (process.platform !== "linux") return `namespaces are Linux's, and this is ${process.platform}`;
  if (process.getuid?.() !== 0) return "namespaces need root";
  try {
    execFileSync("unshare", [...FLAGS, "true"], { stdio: ["ignore", "ignore", "pipe"] });
    return undefined;
  } catch (error) {
    const said = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : "";
    return `unshare (util-linux) makes none here: ${said || String(error)}`;
  }
}

/**
 * Runs a script inside, with this process's output. Its standard input is a pipe that ends when it has to end: at the
 * first signal; at a second one everything inside is killed.
 *
 * @returns its exit code
 */
export async function runInside(
  script: string,
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const command = [...FLAGS, "--", process.execPath, ...sourceFlags, script, ...argv];
  const child = spawn("unshare", command, {
    env: { ...env, [INSIDE]: "1" },
    stdio: ["pipe", "inherit", "inherit"],
    // A group of its own: Ctrl-C is for us to pass on.
    detached: true,
  });
  child.stdin.on("error", () => child.stdin.destroy());
  let signals = 0;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      signals += 1;
      if (signals === 1) child.stdin.end();
      else child.kill("SIGKILL");
    });
  }
  const [code] = (await once(child, "exit")) as [number | null];
  return code ?? exitCodes.failed;
}

/** Calls back when the one outside wants this to end, or is gone. @returns ends the listening */
export function onLeave(leave: () => void): () => void {
  process.stdin.once("close", leave);
  process.stdin.resume();
  return () => {
    process.stdin.off("close", leave);
    process.stdin.destroy();
  };
}
