// What would the season have brought if its games had been priced otherwise? The same crowd with the same beliefs, the
// same results, another strategy: only `pricing` of each game changes in the log.
// Run it: node --conditions=@quorumbook/source examples/what-if/main.ts
import type { Command, PricingStrategyName } from "@quorumbook/betting-core";
import { type Logged, readMatches, replay, seasonLog } from "../replay-season/season.ts";

const STRATEGIES: readonly PricingStrategyName[] = ["ratio/pre", "ratio/post", "cpmm", "lmsr", "tote"];

const asPlayed = seasonLog(readMatches(), { commissionBp: 500 });
const money = (minor: number): string => (minor / 100).toFixed(2).padStart(11);

console.log("strategy    bets taken      staked   house won  % of staked  worst game");
for (const strategy of STRATEGIES) {
  const log = asPlayed.map(([command, entry]): Logged => [priced(command, strategy), entry]);
  const { result } = await replay(log);
  const { bets, staked, house, worstGame } = result;
  const share = ((100 * house) / staked).toFixed(2).padStart(12);
  console.log(
    `${strategy.padEnd(11)} ${String(bets).padStart(10)} ${money(staked)} ${money(house)} ${share} ${money(worstGame)}`,
  );
}

function priced(command: Command, strategy: PricingStrategyName): Command {
  return command.type === "createGame" ? { ...command, pricing: { ...command.pricing, strategy } } : command;
}
