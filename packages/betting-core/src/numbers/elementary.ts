// exp, ln and their kin from + − × ÷ alone. IEEE 754 makes those exact to the last bit in every engine, and says
// nothing of Math.exp and Math.log, whose last bits differ between engines and between versions of one. Replicas must
// not differ, so whatever a bet's price depends on is computed here. Relative errors are below 1e-15; a house that
// multiplies by `SAFELY_BELOW` rounds them all its own way.

/** 1 − 2^-40: far more than all rounding errors of a price together, far less than a minor unit of any payout. */
export const SAFELY_BELOW = 1 - 1 / 1_099_511_627_776;

// ln 2 in two parts: the first has 21 zero bits at its end, so that its product with an exponent is exact.
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const LN2 = 0.6931471805599453;
const SQRT2 = 1.4142135623730951;
/** Beyond it e^x is no double; e^-x is nothing that a price could tell from 0. */
const EXPONENT_MAX = 700;

/** e^x. Infinity above 700, 0 below −700. */
export function exp(x: number): number {
  if (x > EXPONENT_MAX) return Number.POSITIVE_INFINITY;
  if (x < -EXPONENT_MAX) return 0;
  const halvings = Math.floor(x / LN2 + 0.5);
  const rest = x - halvings * LN2_HIGH - halvings * LN2_LOW;
  return (1 + nearZero(rest)) * powerOfTwo(halvings);
}

/** e^x − 1, exact to its last bits also near 0. */
export function expm1(x: number): number {
  return x > -0.35 && x < 0.35 ? nearZero(x) : exp(x) - 1;
}

/** ln x, for x > 0. */
export function ln(x: number): number {
  if (x === Number.POSITIVE_INFINITY) return x;
  // x = mantissa · 2^exponent with the mantissa around 1: scaling by powers of two changes no bit of it.
  let mantissa = x;
  let exponent = 0;
  for (let step = 512; step >= 1; step /= 2) {
    const power = powerOfTwo(step);
    while (mantissa >= power) {
      mantissa /= power;
      exponent += step;
    }
    while (mantissa * power <= 1) {
      mantissa *= power;
      exponent -= step;
    }
  }
  if (mantissa > SQRT2) {
    mantissa /= 2;
    exponent++;
  } else if (mantissa * SQRT2 < 1) {
    mantissa *= 2;
    exponent--;
  }
  // ln m = 2 artanh((m − 1) / (m + 1)), and |(m − 1) / (m + 1)| < 0.172.
  const ratio = (mantissa - 1) / (mantissa + 1);
  const square = ratio * ratio;
  let sum = 0;
  for (let odd = 23; odd >= 3; odd -= 2) sum = (sum + 1 / odd) * square;
  return exponent * LN2_HIGH + (exponent * LN2_LOW + 2 * ratio * (1 + sum));
}

/** ln(1 + x), exact to its last bits also near 0; for x ≥ 0. */
export function log1p(x: number): number {
  const whole = 1 + x;
  if (whole === Number.POSITIVE_INFINITY) return whole;
  // What 1 + x lost of x is put back by the derivative.
  return ln(whole) + (x - (whole - 1)) / whole;
}

/** Taylor's series of e^x − 1, to x^17 / 17!, innermost first: below 1e-20 is left at |x| = 0.35. */
function nearZero(x: number): number {
  let sum = 1;
  for (let term = 17; term >= 2; term--) sum = 1 + (sum * x) / term;
  return sum * x;
}

/** 2^exponent, exact, for |exponent| ≤ 1023. */
function powerOfTwo(exponent: number): number {
  let power = 1;
  let base = exponent < 0 ? 0.5 : 2;
  for (let left = exponent < 0 ? -exponent : exponent; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) power *= base;
    base *= base;
  }
  return power;
}
