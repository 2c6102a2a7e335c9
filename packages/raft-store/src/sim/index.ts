export { type Mutant, MUTANTS } from "../core/mutants.ts";
export { simulate, type SimReport, type SimulateOptions } from "./simulate.ts";
