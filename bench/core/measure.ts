// Rates and memory of a run of bets, taken by samples.
import { setFlagsFromString } from "node:v8";
import { setImmediate } from "node:timers/promises";
import { runInNewContext } from "node:vm";
import type { PlaceBet } from "@quorumbook/betting-core";
import { betNumber } from "./bets.ts";

/** Commands in hand at a time: as many as a log commits at once, still in the cache when they are applied. */
const BATCH = 1_000;
/** Bets in one sample of the rates. */
export const SAMPLE = 100_000;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

export interface Rates {
  readonly perSecond: number[];
  /** By CPU time of the whole process with its collector threads: what other work on the machine distorts least. */
  readonly perCpuSecond: number[];
}

/**
 * Commands are decoded outside of the clock; only applying them is measured.
 *
 * @param expect told of each batch before it is applied, within the clock
 */
export function applyBets(
  { first, count, games }: { readonly first: number; readonly count: number; readonly games: number },
  applied: (command: PlaceBet, number: number) => boolean,
  expect: (commands: readonly PlaceBet[]) => void = () => undefined,
): Rates {
  const rates: Rates = { perSecond: [], perCpuSecond: [] };
  for (let done = first; done < first + count; done += SAMPLE) {
    collectGarbage();
    let milliseconds = 0;
    let cpuMicroseconds = 0;
    for (let at = done; at < done + SAMPLE; at += BATCH) {
      const commands = Array.from({ length: BATCH }, (_, place) => betNumber(at + place, games));
      let refused = 0;
      const started = performance.now();
      const cpuStarted = process.cpuUsage();
      expect(commands);
      for (const [place, each] of commands.entries()) if (!applied(each, at + place)) refused++;
      const { user, system } = process.cpuUsage(cpuStarted);
      cpuMicroseconds += user + system;
      milliseconds += performance.now() - started;
      if (refused > 0)
        throw new Error(`${refused} bets were refused: the bench would measure something else`);
    }
    rates.perSecond.push((SAMPLE / milliseconds) * 1e3);
    rates.perCpuSecond.push((SAMPLE / cpuMicroseconds) * 1e6);
  }
  return rates;
}

/** Bytes in use, with what typed arrays hold. */
export async function memory(): Promise<number> {
  // Typed arrays that nobody holds are freed a turn of the loop after the first collection that finds them.
  collectGarbage();
  await setImmediate();
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
