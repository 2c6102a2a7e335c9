// What of a game's sums is of bets that still stand, and what the house holds for it. A bet that was cashed out stays in
// the sums with the bets that its price stands for; one that was voided, or whose outcome was withdrawn, does not.

import type { GameRecord } from "../state/game-record.ts";

export function isWithdrawn({ withdrawn }: GameRecord, position: number): boolean {
  for (const { outcome } of withdrawn) if (outcome === position) return true;
  return false;
}

/** Stakes of the bets that stand on an outcome. */
export function standingOn({ staked, cashedOut }: GameRecord, position: number): number {
  return (staked[position] as number) - (cashedOut?.staked[position] ?? 0);
}

/** Stakes of all bets that stand: what goes back where nothing is decided. */
export function standingStakes({ totalStaked, cashedOut }: GameRecord): number {
  return totalStaked - stakesOf(cashedOut);
}

/** What escrow holds of the game's stakes: those that stand, and what cash-outs left of the others. */
export function heldStakes({ totalStaked, cashedOut }: GameRecord): number {
  return totalStaked - (cashedOut?.promised ?? 0);
}

/** What the house keeps of bets that were cashed out if all others get their stakes back; below 0 where it paid more. */
export function keptOf({ cashedOut }: GameRecord): number {
  return stakesOf(cashedOut) - (cashedOut?.promised ?? 0);
}

function stakesOf(cashedOut: GameRecord["cashedOut"]): number {
  return cashedOut === null ? 0 : cashedOut.staked.reduce((sum, stake) => sum + stake, 0);
}
