// The event of a game whose odds have changed by something else than a bet: also where it is not open.

import type { OddsChanged } from "../events.ts";
import type { GameRecord } from "../state/game-record.ts";
import { type GameId, type MinorUnits, type Odds, trusted } from "../units.ts";

export function oddsChanged(game: GameRecord): OddsChanged {
  const { odds, caps, staked, totalStaked, status, version, text } = game;
  return {
    type: "oddsChanged",
    gameId: trusted<GameId>(text.id),
    version,
    odds: odds as readonly Odds[],
    caps: status === "open" ? (caps as readonly MinorUnits[]) : caps.map(() => trusted<MinorUnits>(0)),
    staked: staked.slice() as MinorUnits[],
    totalStaked: trusted<MinorUnits>(totalStaked),
  };
}
