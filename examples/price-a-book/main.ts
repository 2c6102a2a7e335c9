// One match, priced by all five strategies: what is shown, what a bet gets, and what the house may lose.
// Run it: node --conditions=@quorumbook/source examples/price-a-book/main.ts
import {
  amount,
  DEFAULT_PRICING,
  explainUnsafePricing,
  minorUnits,
  ODDS_SCALE,
  PaperMarket,
  type Pricing,
} from "@quorumbook/betting-core";

const LABELS = ["Home", "Draw", "Away"];
const STAKE = 5_000;
const STRATEGIES = ["ratio/pre", "ratio/post", "cpmm", "lmsr", "tote"] as const;

const decimal = (units: number): string => (units / ODDS_SCALE).toFixed(2).padStart(7);
const money = (minor: number): string => (minor / 100).toFixed(2).padStart(9);

for (const strategy of STRATEGIES) {
  const pricing: Pricing = {
    ...DEFAULT_PRICING,
    strategy,
    virtualStake: amount(100_000),
    margin: minorUnits(50_000),
    commissionBp: 500,
    prior: [5_000, 2_500, 2_500],
  };
  const market = new PaperMarket(pricing, LABELS.length);
  console.log(`\n${strategy}`);
  console.log(`  opening odds ${market.odds.map(decimal).join(" ")}   (${LABELS.join(", ")})`);
  console.log(`  caps         ${market.caps.map(money).join(" ")}`);

  const odds = market.oddsFor(0, STAKE);
  const payout = market.bet(0, STAKE);
  console.log(`  ${money(STAKE)} on Home gets ${decimal(odds)}, so it would pay ${money(payout)}`);
  console.log(`  odds after   ${market.odds.map(decimal).join(" ")}`);

  // Thirty more bets on one side: the loss creeps up to the margin, or to the strategy's own bound, never beyond.
  for (let bet = 0; bet < 30; bet++) market.bet(0, Math.min(20_000, market.caps[0] ?? 0));
  const worst = Math.max(0, Math.max(...market.liabilities) - market.totalStaked);
  console.log(`  after a run on Home the house may lose ${money(worst)} of ${money(pricing.margin)}`);

  const unsafe = explainUnsafePricing(pricing, LABELS.length);
  if (unsafe === undefined) console.log("  no sure win for bettors is known");
  else console.log(`  bettors can win for sure: the margin is safe up to ${money(unsafe.marginMax)}`);
}
