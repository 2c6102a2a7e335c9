// A bet as asked for, over REST or the WebSocket, as the book's command. One place, so that both refuse alike.
import { amount, type CommandOf, gameId, type Odds, odds } from "@quorumbook/betting-core";
import { oddsFromWire } from "../contract/odds.ts";
import { invalidField } from "../contract/invalid-field.ts";
import type { BetRequest } from "../contract/requests.ts";
import type { Asker } from "../services.ts";

/** @throws ProblemError `invalid_request` for odds of more than four decimals, or `minOdds` with another policy */
export function betCommand(request: BetRequest, asker: Asker): CommandOf<"placeBet"> {
  const { minOdds, accept = "exact" } = request;
  if (minOdds !== undefined && accept !== "any") {
    throw invalidField("/minOdds", 'goes with accept "any" only');
  }
  return {
    type: "placeBet",
    ...asker,
    gameId: gameId(request.gameId),
    outcome: request.outcome,
    stake: amount(request.stake),
    odds: wireOdds(request.odds, "/odds"),
    accept,
    ...(minOdds === undefined ? {} : { minOdds: wireOdds(minOdds, "/minOdds") }),
  };
}

function wireOdds(value: number, path: string): Odds {
  const units = oddsFromWire(value);
  if (units === undefined)
    throw invalidField(path, "must be decimal odds above 1, to 1000, with at most four decimals");
  return odds(units);
}
