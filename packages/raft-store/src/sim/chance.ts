// Draws that the simulator needs again and again, all from one injected generator.
import { below, type Random, seededRandom } from "../core/random.ts";

/** A seed of its own for part `number` of what `seed` stands for: streams that do not reshuffle one another. */
export function derivedSeed(seed: number, number: number): number {
  const random = seededRandom(seed);
  const high = (random.uint32() ^ Math.imul(number, 0x85ebca6b)) & 0x1f_ffff;
  const low = (random.uint32() ^ Math.imul(number, 0x9e3779b1)) >>> 0;
  return high * 0x1_0000_0000 + low;
}

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
