export { type Mutant, MUTANTS, SCRIPTED_MUTANTS } from "../core/mutants.ts";
export { type Minimised, minimise } from "./minimise.ts";
export { FAULT_CLASSES, type FaultClass, type PlanChange } from "./plan-change.ts";
export { simulate, type SimReport, type SimulateOptions } from "./simulate.ts";
export type { Draw, Subject } from "./subject.ts";
