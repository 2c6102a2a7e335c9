// Which strategies this book can price. A strategy joins by its own file and a line here.

import type { PricingStrategyName } from "../commands.ts";
import { ratioPre } from "./ratio-pre.ts";
import type { PricingStrategy } from "./strategy.ts";

const strategies: Partial<Record<PricingStrategyName, PricingStrategy>> = { "ratio/pre": ratioPre };

/** @returns undefined for a strategy that this version cannot price */
export function strategyNamed(name: PricingStrategyName): PricingStrategy | undefined {
  return strategies[name];
}
