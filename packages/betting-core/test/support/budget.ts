// How long the random tests may look: a fixed budget with every commit, and a large one each night.

/** `QUORUMBOOK_NIGHTLY=1` asks for the large budget, `QUORUMBOOK_NIGHTLY=0.1` for a tenth of it. */
const share = Number(process.env["QUORUMBOOK_NIGHTLY"] ?? "0");

export const isNightly = share > 0;

/** How many cases to try: `daily`, or the share that was asked for of `nightly`. */
export function budget(daily: number, nightly: number): number {
  return isNightly ? Math.max(daily, Math.ceil(nightly * share)) : daily;
}

/** Time that such a test may take, in milliseconds. */
export const PATIENCE_MS = isNightly ? 3_600_000 : 120_000;
