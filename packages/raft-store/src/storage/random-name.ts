import type { Random } from "../runtime.ts";

/** 128 random bits in hexadecimal: a name that nobody else will draw. */
export function randomName(random: Random): string {
  return Array.from({ length: 4 }, () => random.uint32().toString(16).padStart(8, "0")).join("");
}
