// A small seeded generator (xoshiro128**, Blackman and Vigna 2018), so that a run is its seed.

export interface Random {
  /** A whole number in [0, 2³²), uniform. */
  uint32(): number;
}

/** A whole number in [0, bound), for a bound of at most 2³². */
export function below(random: Random, bound: number): number {
  // Scaling by 2⁻³² is uneven by less than bound/2³², which no use here can notice.
  return Math.floor((random.uint32() / 0x1_0000_0000) * bound);
}

/** The same seed gives the same sequence on every machine. `seed` is any safe integer. */
export function seededRandom(seed: number): Random {
  // SplitMix32 spreads the seed over the state, so that neighbouring seeds do not make neighbouring runs.
  let mix = seed | 0;
  const split = (): number => {
    mix = (mix + 0x9e3779b9) | 0;
    let z = mix;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) | 0;
  };
  let a = split();
  let b = split();
  mix ^= Math.floor(seed / 0x1_0000_0000);
  let c = split();
  let d = split() | 1;
  return {
    uint32: () => {
      const result = Math.imul(rotl(Math.imul(b, 5), 7), 9);
      const t = b << 9;
      c ^= a;
      d ^= b;
      b ^= c;
      a ^= d;
      c ^= t;
      d = rotl(d, 11);
      return result >>> 0;
    },
  };
}

function rotl(x: number, k: number): number {
  return (x << k) | (x >>> (32 - k));
}
