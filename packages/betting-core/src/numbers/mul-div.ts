// Products that pass 2^53, divided again without losing a unit and without BigInt: the product is held as two
// doubles, its rounded value and the exact rest (Dekker 1971, Veltkamp's splitting).

/** 2^27 + 1: splits a double of 53 bits into two halves whose products are exact. */
const SPLITTER = 134_217_729;

/**
 * The largest integer not above a · b / d.
 *
 * @param a integer, 0 … 2^53 − 1
 * @param b integer, 0 … 2^53 − 1
 * @param d integer, 1 … 2^53 − 1; the result must be below 2^53 − 4
 */
export function mulDiv(a: number, b: number, d: number): number {
  const product = a * b;
  if (product <= Number.MAX_SAFE_INTEGER) return Math.floor(product / d);
  const rest = productError(a, b, product);
  let quotient = Math.floor(product / d);
  for (;;) {
    const remainder = remainderOf(product, rest, quotient, d);
    if (remainder < 0) quotient -= Math.max(1, Math.floor(-remainder / d));
    else if (remainder >= d) quotient += Math.floor(remainder / d);
    else return quotient;
  }
}

/** The least integer not below a · b / d; bounds as for {@link mulDiv}. */
export function mulDivCeil(a: number, b: number, d: number): number {
  const product = a * b;
  if (product <= Number.MAX_SAFE_INTEGER) {
    const below = Math.floor(product / d);
    return below * d === product ? below : below + 1;
  }
  const below = mulDiv(a, b, d);
  return remainderOf(product, productError(a, b, product), below, d) === 0 ? below : below + 1;
}

/** a · b − fl(a · b), exactly. */
function productError(a: number, b: number, product: number): number {
  const spreadA = SPLITTER * a;
  const highA = spreadA - (spreadA - a);
  const lowA = a - highA;
  const spreadB = SPLITTER * b;
  const highB = spreadB - (spreadB - b);
  const lowB = b - highB;
  return lowA * lowB - (product - highA * highB - lowA * highB - highA * lowB);
}

/**
 * (product + rest) − quotient · d. Exact where it is below 2^53 in size, and otherwise of the right sign and beyond d,
 * so that a quotient that is not yet right is never taken for right.
 */
function remainderOf(product: number, rest: number, quotient: number, d: number): number {
  const taken = quotient * d;
  return product - taken + (rest - productError(quotient, d, taken));
}
