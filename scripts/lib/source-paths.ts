import { join } from "node:path";

/** Root folder of the project. */
export const projectRoot = join(import.meta.dirname, "..", "..");

/** Flags with which Node runs the project's TypeScript as it is: workspace packages resolve to their `src`. */
export const sourceFlags = ["--conditions=@quorumbook/source"] as const;
