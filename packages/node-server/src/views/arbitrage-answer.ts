// Why a game's terms are unsafe, in figures, for the admin who opened it.
import { explainUnsafePricing, type GameView, type Pricing } from "@quorumbook/betting-core";
import type { ExposureAnswer } from "../contract/answers.ts";

type ArbitrageAnswer = NonNullable<ExposureAnswer["arbitrage"]>;

// The search takes milliseconds and pages ask often; a game's terms never change, and go with it.
const known = new WeakMap<Pricing, ArbitrageAnswer | "safe">();

/** @returns undefined where bettors are not known to have a sure win */
export function arbitrageAnswer({ pricing, outcomes }: GameView): ArbitrageAnswer | undefined {
  const answered = known.get(pricing);
  if (answered !== undefined) return answered === "safe" ? undefined : answered;
  const unsafe = explainUnsafePricing(pricing, outcomes.length);
  if (unsafe === undefined) {
    known.set(pricing, "safe");
    return undefined;
  }
  const { marginMax, example } = unsafe;
  const answer = {
    marginMax,
    ...(example === undefined
      ? {}
      : { example: { ...example, bets: example.bets.map((leg) => ({ ...leg })) } }),
  };
  known.set(pricing, answer);
  return answer;
}
