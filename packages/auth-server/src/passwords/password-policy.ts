// Which passwords are taken (NIST SP 800-63B §3.1.1.2): long enough, and not one that everybody tries first. No
// rules about kinds of characters.
import { dictionary } from "@zxcvbn-ts/language-common";

/** In characters (code points), as the request schema counts them. */
export const PASSWORD_LENGTH_MIN = 10;
export const PASSWORD_LENGTH_MAX = 128;

/** The entries of the kept list that the length would let through, in lower case. */
const COMMON = new Set(
  dictionary["passwords-common"]
    .map((password) => password.toLowerCase())
    .filter((password) => password.length >= PASSWORD_LENGTH_MIN),
);

/** What is wrong with a new password, in words for its owner; undefined where nothing is. */
export function passwordWeakness(password: string): string | undefined {
  const length = Array.from(password).length;
  if (length < PASSWORD_LENGTH_MIN) return `must have at least ${PASSWORD_LENGTH_MIN} characters`;
  if (length > PASSWORD_LENGTH_MAX) return `must have at most ${PASSWORD_LENGTH_MAX} characters`;
  const lower = password.toLowerCase();
  const isCommon = COMMON.has(lower) || new Set(lower).size === 1 || isRun(lower);
  return isCommon ? "is too common: it is among the first that an attacker tries" : undefined;
}

/** "abcdefghij", "9876543210": each character next to the one before it, and always on the same side. */
function isRun(text: string): boolean {
  const codes = Array.from(text, (character) => character.codePointAt(0) ?? 0);
  const steps = new Set(codes.slice(1).map((code, at) => code - (codes[at] ?? 0)));
  return steps.size === 1 && (steps.has(1) || steps.has(-1));
}
