import { minorUnits, odds, payoutOf } from "@quorumbook/betting-core";
import { oddsToUnits } from "./odds.ts";

/**
 * What a bet would pay if it won, by the book's own formula: to the minor unit what the servers will agree to.
 *
 * @param stake minor units, as `parseMoney` gives them
 * @param decimalOdds as the interface has them
 */
export function potentialReturn(stake: number, decimalOdds: number): number {
  return payoutOf(minorUnits(stake), odds(oddsToUnits(decimalOdds)));
}
