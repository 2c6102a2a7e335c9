// Brings a failing run down to what it needs: kinds of fault are taken away one by one, and the run is made shorter, for
// as long as it still fails.
import type { PlanChange } from "./plan-change.ts";
import type { SimReport } from "./simulate.ts";

/** The simplest run that still fails, and what was changed to make it so. */
export interface Minimised {
  readonly change: PlanChange;
  readonly report: SimReport;
  /** Runs that it took. */
  readonly runs: number;
}

/** A run without a fault is another run, and may fail later than the one with it; longer than this it is not simpler. */
const LONGER_AT_MOST = 1.5;

/**
 * Takes kinds of fault away and shortens the run, for as long as it still fails.
 *
 * @param run the failing seed, run again with its plan changed
 * @param first the report of its failure
 * @param change what was changed then
 */
export async function minimise(
  run: (change: PlanChange) => Promise<SimReport>,
  first: SimReport,
  change: PlanChange = {},
): Promise<Minimised> {
  let runs = 0;
  let best: Omit<Minimised, "runs"> = { change, report: first };
  const fails = async (milder: PlanChange): Promise<boolean> => {
    runs += 1;
    const report = await run(milder);
    if (report.failure === undefined || report.virtualMs > LONGER_AT_MOST * best.report.virtualMs)
      return false;
    best = { change: milder, report };
    return true;
  };
  for (let again = true; again; ) {
    again = false;
    for (const fault of best.report.failure?.faults ?? []) {
      if (await fails({ ...best.change, without: [...(best.change.without ?? []), fault] })) again = true;
    }
  }
  // Whether the troubles ended in between must not matter: the end of the run is not part of the failure.
  for (const share of [0.25, 0.5, 1]) {
    const troubledMs = Math.ceil(share * best.report.virtualMs) + 1;
    if (troubledMs < (best.change.troubledMs ?? Infinity) && (await fails({ ...best.change, troubledMs })))
      break;
  }
  return { ...best, runs };
}
