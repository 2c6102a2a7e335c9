// The terms of a new game, as an admin types them.
import { DEFAULT_PRICING, explainUnsafePricing, minorUnits, type Pricing } from "@quorumbook/betting-core";
import type { GameTerms, NewGame, Strategy } from "@quorumbook/client";
import { formText } from "./form-text.ts";
import { parseMoney } from "./money.ts";
import { sureWinText } from "./sure-win.ts";

export type Terms = NonNullable<NewGame["pricing"]>;

/** What is wrong with what was typed. */
export type TermsFault = "figure" | "prior";

/** The terms as filled in; empty fields leave the servers' defaults. */
export function readTerms(form: FormData, outcomes: number): Terms | TermsFault {
  const text = (name: string): string => formText(form, name).trim();
  const terms: { -readonly [Field in keyof Terms]: Terms[Field] } = {};
  if (text("strategy") !== DEFAULT_PRICING.strategy) terms.strategy = text("strategy") as Strategy;
  for (const name of ["virtualStake", "margin"] as const) {
    if (text(name) === "") continue;
    const amount = parseMoney(text(name));
    if (amount === null) return "figure";
    terms[name] = amount;
  }
  if (text("commission") !== "") {
    const basisPoints = percent(text("commission"));
    if (basisPoints === null) return "figure";
    terms.commissionBp = basisPoints;
  }
  if (text("prior") !== "") {
    // A point is a decimal one here, because commas may part the chances.
    const chances = text("prior")
      .split(/[\s,;/]+/)
      .map(percent);
    const prior = chances.filter((chance) => chance !== null);
    const whole = prior.reduce((sum, chance) => sum + chance, 0);
    if (prior.length !== chances.length || prior.length !== outcomes || whole !== 10_000) return "prior";
    terms.prior = prior;
  }
  return terms;
}

/** The terms of a game as the book's own formulas take them. */
export function asPricing({ virtualStake, margin, ...others }: GameTerms): Pricing {
  return { ...others, virtualStake: minorUnits(virtualStake), margin: minorUnits(margin) };
}

/** How bettors would win for sure under these terms, in words; empty where no such way is known. */
export function sureWinUnder(terms: Terms, labels: readonly string[]): string {
  const { virtualStake, margin, ...others } = terms;
  const pricing: Pricing = {
    ...DEFAULT_PRICING,
    ...others,
    ...(virtualStake === undefined ? {} : { virtualStake: minorUnits(virtualStake) }),
    ...(margin === undefined ? {} : { margin: minorUnits(margin) }),
  };
  const unsafe = explainUnsafePricing(pricing, labels.length);
  return unsafe === undefined ? "" : sureWinText(unsafe, labels);
}

/** Percent with two decimals is basis points, read by the same rule as money. */
function percent(text: string): number | null {
  return /^0*([.,]0*)?$/.test(text) && text !== "" ? 0 : parseMoney(text);
}
