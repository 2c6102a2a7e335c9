import type { Random } from "./random.ts";
import { type BetRequest, oddsUnits, type OutcomeView } from "./wire.ts";

/** What a bettor sets out to do, and what may come of it. */
export interface PlannedBet {
  readonly request: BetRequest;
  /**
   * Why no honest book can take it; an acceptance is a fault. `beyond-funds` holds at the time of planning: a deposit
   * or a payout that comes in while the bet is held up by a fail-over may make it good.
   */
  readonly hopeless: "off-tick" | "beyond-funds" | false;
}

/** Stakes of ordinary bets, in minor units: large enough to move odds, small enough for a game to take a hundred. */
const STAKE_MIN = 100;
const STAKE_MAX = 600;
/** The default tick of a game, 0.01, in ten-thousandths. */
const TICK = 100;

/**
 * Draws a bet on a game: mostly honest, of every policy, and now and then one that must be refused: odds off the tick,
 * a stake over the cap or over all the bettor ever had, odds that were never shown.
 *
 * @param outcomes what the board shows
 * @param funds    an upper bound of the bettor's balance, in minor units
 * @param used     stakes that this bettor has used in this game; each identifies one request
 * @returns undefined where nothing is offered
 */
export function planBet(
  gameId: number,
  outcomes: readonly OutcomeView[],
  funds: number,
  used: Set<number>,
  random: Random,
): PlannedBet | undefined {
  const offered = outcomes.filter(({ odds }) => odds !== null);
  if (offered.length === 0) return undefined;
  // A short price attracts more bettors, as it does in life.
  const outcome = offered[random.weighted(offered.map(({ odds }) => 1 / (odds ?? 1)))];
  if (outcome === undefined || outcome.odds === null) return undefined;
  const stakeFrom = (from: number) => {
    let stake = from;
    while (used.has(stake)) stake += 1;
    used.add(stake);
    return stake;
  };
  const base = { gameId, outcome: outcome.key };
  const ordinary = () =>
    stakeFrom(Math.min(random.int(STAKE_MIN, STAKE_MAX), Math.max(STAKE_MIN, outcome.cap)));
  const units = oddsUnits(outcome.odds);
  const kind = random.int(1, 100);
  if (kind <= 2) {
    const offTick = (units + random.int(1, TICK - 1)) / 10_000;
    return { request: { ...base, stake: ordinary(), odds: offTick, accept: "any" }, hopeless: "off-tick" };
  }
  if (kind <= 4) {
    const stake = stakeFrom(outcome.cap * 2 + random.int(1_000, 5_000));
    return { request: { ...base, stake, odds: outcome.odds, accept: "any" }, hopeless: false };
  }
  if (kind <= 6) {
    const favourite = offered.reduce((best, one) => (one.cap > best.cap ? one : best));
    const stake = stakeFrom(funds + random.int(1, 100));
    const request = {
      gameId,
      outcome: favourite.key,
      stake,
      odds: favourite.odds ?? 0,
      accept: "any",
    } as const;
    return { request, hopeless: "beyond-funds" };
  }
  if (kind <= 8) {
    const dreamt = (units + TICK * random.int(100, 200)) / 10_000;
    return { request: { ...base, stake: ordinary(), odds: dreamt, accept: "exact" }, hopeless: false };
  }
  const stake = ordinary();
  if (kind <= 30) return { request: { ...base, stake, odds: outcome.odds }, hopeless: false };
  if (kind <= 50)
    return { request: { ...base, stake, odds: outcome.odds, accept: "better" }, hopeless: false };
  if (kind <= 60) {
    const minOdds = Math.max(10_000 + TICK, units - TICK * random.int(0, 30)) / 10_000;
    return { request: { ...base, stake, odds: outcome.odds, accept: "any", minOdds }, hopeless: false };
  }
  return { request: { ...base, stake, odds: outcome.odds, accept: "any" }, hopeless: false };
}
