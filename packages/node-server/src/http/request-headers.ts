// The headers of a request that mean something here, as text.

const KEY = /^[A-Za-z0-9._~-]{8,64}$/;
const INDEX = /^(?:0|[1-9][0-9]{0,15})$/;

/** Whether it can be an `Idempotency-Key`. */
export function isKey(text: string): boolean {
  return KEY.test(text);
}

/** A log index as `Book-Min-Index` has it, or undefined for what is none. */
export function indexOf(text: string): number | undefined {
  const index = INDEX.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(index) ? index : undefined;
}
