// A rough measure of how hard a password is to guess, while it is typed. The server has the last word, and the lists
// of common ones.

export type Strength = "tooShort" | "weak" | "fair" | "good";

/** As auth-server asks for. */
const LENGTH_MIN = 10;
const FAIR_BITS = 38;
const GOOD_BITS = 45;
/** What a character adds that only goes on with a run (abc, 123) or repeats the last one. */
const RUN_BITS = 0.5;
/** Bits of a character drawn from so many kinds: digits, one case, two cases, everything. */
const BITS_BY_KINDS = [0, 3.3, 4.7, 5.7, 6.5] as const;

export function strengthOf(password: string): Strength {
  const characters = Array.from(password);
  if (characters.length < LENGTH_MIN) return "tooShort";
  const bits = bitsOf(characters);
  if (bits < FAIR_BITS) return "weak";
  return bits < GOOD_BITS ? "fair" : "good";
}

/** Kinds times length, where runs and repetitions count for little: what people choose is no random text. */
function bitsOf(characters: readonly string[]): number {
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{L}\p{Nd}]/u].filter((kind) =>
    characters.some((character) => kind.test(character)),
  ).length;
  // Words are likelier than letters: half of what random ones would be worth.
  const each = (BITS_BY_KINDS[kinds] ?? 0) * 0.7;
  const seen = new Set<string>();
  let bits = 0;
  let before = 0;
  for (const character of characters) {
    const code = character.codePointAt(0) ?? 0;
    const goesOn = Math.abs(code - before) <= 1;
    // A character that was there before adds less than a new one.
    bits += goesOn ? RUN_BITS : seen.has(character) ? each / 2 : each;
    seen.add(character);
    before = code;
  }
  return bits;
}
