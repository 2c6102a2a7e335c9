// Odds and caps of the "ratio/pre" strategy once more, in BigInt and without a look at the implementation:
//   A_i = T_i + V_i, P = ΣA_j, odds_i = S + floor((P − A_i)·K / A_i) down to the tick;
//   a stake s at odds O pays floor(s·O / S) and is taken iff payout − s ≤ T + M − L_i.
const S = 10_000n;

export interface OracleBet {
  readonly outcome: number;
  readonly stake: number;
  /** What was promised. */
  readonly payout: number;
}

export interface OracleGame {
  readonly outcomes: number;
  readonly virtualStake: number;
  readonly commissionBp: number;
  readonly margin: number;
  readonly tick: number;
  /** Basis points, one an outcome; all alike where absent. */
  readonly prior?: readonly number[];
}

export const defaults = { virtualStake: 10_000, commissionBp: 5_000, margin: 5_000, tick: 100 } as const;

export interface Quote {
  /** Decimal; null where the outcome is not offered. */
  readonly odds: number | null;
  /** The greatest stake that would be taken. */
  readonly cap: number;
}

/** What the game must show after these bets. */
export function quotes(game: OracleGame, bets: readonly OracleBet[]): readonly Quote[] {
  const all = Array.from({ length: game.outcomes }, (_, at) => at);
  const staked = all.map((at) => sum(bets.filter((bet) => bet.outcome === at).map((bet) => bet.stake)));
  const owed = all.map((at) => sum(bets.filter((bet) => bet.outcome === at).map((bet) => bet.payout)));
  const total = sum(bets.map((bet) => bet.stake));
  const weights = all.map((at) => staked[at]! + seed(game, at));
  const pool = weights.reduce((a, b) => a + b, 0n);
  const keep = S - BigInt(game.commissionBp);
  const tick = BigInt(game.tick);
  return all.map((at) => {
    const exact = S + ((pool - weights[at]!) * keep) / weights[at]!;
    const odds = exact - (exact % tick);
    if (odds < S + tick) return { odds: null, cap: 0 };
    return { odds: Number(odds) / 10_000, cap: Number(cap(odds, total + BigInt(game.margin) - owed[at]!)) };
  });
}

/** floor(stake · odds). */
export function payout(stake: number, odds: number): number {
  return Number((BigInt(stake) * BigInt(Math.round(odds * 10_000))) / S);
}

function seed(game: OracleGame, at: number): bigint {
  if (game.prior === undefined) return BigInt(game.virtualStake);
  const share = (BigInt(game.outcomes * game.virtualStake) * BigInt(game.prior[at]!)) / 10_000n;
  return share > 0n ? share : 1n;
}

/** By bisection of the rule itself: profit grows with the stake. */
function cap(odds: bigint, slack: bigint): bigint {
  let taken = 0n;
  let refused = 100_000_000_001n;
  while (refused - taken > 1n) {
    const stake = (taken + refused) / 2n;
    if ((stake * odds) / S - stake <= slack) taken = stake;
    else refused = stake;
  }
  return taken;
}

function sum(values: readonly number[]): bigint {
  return values.reduce((total, value) => total + BigInt(value), 0n);
}
