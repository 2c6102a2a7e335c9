// Draws that the simulator needs again and again, all from one injected generator.
import { below, type Random } from "../core/random.ts";

/** True with probability `p`. */
export function chance(random: Random, p: number): boolean {
  return random.uint32() < p * 0x1_0000_0000;
}

/** A number in [low, high), uniform. */
export function between(random: Random, low: number, high: number): number {
  return low + (random.uint32() / 0x1_0000_0000) * (high - low);
}

/** One of the items. */
export function pick<T>(random: Random, items: readonly T[]): T {
  const item = items[below(random, items.length)];
  if (item === undefined) throw new RangeError("nothing to pick from");
  return item;
}
