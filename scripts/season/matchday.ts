import type { Bettor } from "./bettor.ts";
import { planBet } from "./bet-plan.ts";
import type { OddsBoard } from "./odds-board.ts";
import type { Random } from "./random.ts";
import type { Match } from "./season-data.ts";

/** A match that bets are being taken on. */
export interface OpenGame {
  readonly id: number;
  readonly match: Match;
  accepted: number;
  inFlight: number;
  attempts: number;
}

/** Bets in flight at once over all games of a matchday. */
export const IN_FLIGHT = 400;
/** A game that has refused so many bets for each it should take is not going to take them. */
const ATTEMPTS_PER_BET = 40;

/** Lets bettors bet until every game has taken `bets` bets. */
export async function playBets(
  games: readonly OpenGame[],
  bets: number,
  bettors: readonly Bettor[],
  board: OddsBoard,
  random: Random,
  onAccepted: () => void,
): Promise<void> {
  const worker = async () => {
    for (;;) {
      const game = mostWanting(games, bets);
      if (game === undefined) {
        // Those in flight may yet be refused, and leave a game short: look again when one has come back.
        if (games.every(({ accepted }) => accepted >= bets)) return;
        await new Promise((resolve) => setTimeout(resolve, 5));
        continue;
      }
      if (game.attempts > bets * ATTEMPTS_PER_BET + 1_000) {
        throw new Error(`game ${game.id} took ${game.accepted} of ${bets} bets in ${game.attempts} attempts`);
      }
      const bettor = random.pick(bettors);
      const used = bettor.usedStakes(game.id);
      const plan = planBet(game.id, board.outcomes(game.id), bettor.funds, used, random);
      if (plan === undefined) throw new Error(`game ${game.id} offers nothing`);
      game.attempts += 1;
      game.inFlight += 1;
      try {
        if (await bettor.place(plan)) {
          game.accepted += 1;
          onAccepted();
        }
      } finally {
        game.inFlight -= 1;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, games.length * bets) }, worker));
}

/** The game that is furthest from its number of bets, those in flight counted; undefined where none wants more. */
function mostWanting(games: readonly OpenGame[], bets: number): OpenGame | undefined {
  let found: OpenGame | undefined;
  for (const game of games) {
    const coming = game.accepted + game.inFlight;
    if (coming < bets && (found === undefined || coming < found.accepted + found.inFlight)) found = game;
  }
  return found;
}
