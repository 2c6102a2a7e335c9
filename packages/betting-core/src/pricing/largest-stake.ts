// The largest stake that a rule takes, for strategies whose formula cannot be solved for the stake.

/**
 * @param max a stake that need not be tried above
 * @param takes whether a stake is taken; true up to some stake and false from there on
 * @returns the largest stake up to `max` that is taken, 0 where none is. About 40 questions at most
 */
export function largestStake(max: number, takes: (stake: number) => boolean): number {
  if (max < 1 || takes(max)) return Math.max(0, max);
  let taken = 0;
  let refused = max;
  while (refused - taken > 1) {
    const middle = Math.floor((taken + refused) / 2);
    if (takes(middle)) taken = middle;
    else refused = middle;
  }
  return taken;
}
