import { exitCodes } from "../lib/exit-codes.ts";
import { openSystem, type SeasonSystem } from "./season-system.ts";

/**
 * Does something on the running system, or on one of its own; ends that afterwards, also at a signal, and keeps its data
 * if what was done did not pass.
 *
 * @param options of `npm start`; with any, no running system will do
 * @returns the exit code
 */
export async function onSystem(
  env: NodeJS.ProcessEnv,
  options: readonly string[],
  say: (line: string) => void,
  work: (system: SeasonSystem) => Promise<boolean>,
): Promise<number> {
  const system = await openSystem(env, options, say);
  let passed = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      say(`${signal}: broken off`);
      void system.close(false).then(() => process.exit(exitCodes.failed));
    });
  }
  try {
    passed = await work(system);
  } finally {
    await system.close(!passed);
  }
  return passed ? exitCodes.ok : exitCodes.failed;
}
