// The pricing of a game that asks for nothing special.

import type { Pricing } from "./commands.ts";
import { type MinorUnits, trusted } from "./units.ts";

/** 100.00 of virtual stake an outcome, 50 % commission, at most 50.00 lost, odds of two decimals. */
export const DEFAULT_PRICING: Pricing = {
  strategy: "ratio/pre",
  virtualStake: trusted<MinorUnits>(10_000),
  commissionBp: 5_000,
  margin: trusted<MinorUnits>(5_000),
  tick: 100,
};

/** What a new account is given unless the book says otherwise: 100.00. */
export const DEFAULT_WELCOME_BALANCE: MinorUnits = trusted<MinorUnits>(10_000);
