// The house's risk: one exact integer test outside of every pricing strategy. With T all stakes of a game, L the
// payouts promised if an outcome wins and M the margin, slack = T + M − L. A bet of stake s and payout p is taken
// iff p − s ≤ slack. It starts at M ≥ 0; the bet lowers its own outcome's slack by p − s and raises the others' by
// s; so it is never below 0 and the house never loses more than M, whatever is bet in whatever order.

/** What the house may still lose on the outcome before its margin is used up. */
export function slackOf(totalStaked: number, margin: number, liability: number): number {
  return totalStaked + margin - liability;
}

/** The most the house can lose on the game as it stands, not below 0. */
export function worstCaseOf(totalStaked: number, liabilities: readonly number[]): number {
  let greatest = 0;
  for (const liability of liabilities) if (liability > greatest) greatest = liability;
  return greatest > totalStaked ? greatest - totalStaked : 0;
}
