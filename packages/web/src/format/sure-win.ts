// How bettors would win for sure, in words: for the admin who sets the terms.
import type { SureWin } from "@quorumbook/client";
import { strings } from "../strings.ts";
import { formatMoney } from "./money.ts";

/**
 * @param unsafe as the exposure has it, and as `explainUnsafePricing` gives it
 * @param labels of the outcomes, in order
 */
export function sureWinText(
  unsafe: { readonly marginMax: number; readonly example?: SureWin | undefined },
  labels: readonly string[],
): string {
  const { marginMax, example } = unsafe;
  const words = strings.admin;
  if (example === undefined) return words.sureWin(formatMoney(marginMax), null);
  const legs = example.bets.map(({ outcome, staked, times }) => {
    const label = labels[Number(outcome.slice("opt".length)) - 1];
    return words.sureWinLeg(
      formatMoney(staked),
      label === undefined || label === "" ? outcome : label,
      times,
    );
  });
  const profit = words.sureWinProfit(legs.join(", "), formatMoney(example.profit));
  return words.sureWin(formatMoney(marginMax), profit);
}
