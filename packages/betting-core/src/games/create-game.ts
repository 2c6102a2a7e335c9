// Opens a game: prices it, and escrows from the house the most that it may lose on it.

import { faultOf, openDraw } from "../draws/open-draw.ts";
import type { CreateGame } from "../commands.ts";
import type { Outcome } from "../outcomes.ts";
import { strategyNamed } from "../pricing/strategies.ts";
import { explainUnsafePricing, type UnsafePricing } from "../pricing/sure-win.ts";
import { rejected } from "../rejected.ts";
import type { BookState } from "../state/book-state.ts";
import { type GameRecord, type GameText, NONE } from "../state/game-record.ts";
import { type GameId, type MinorUnits, OUTCOMES_MAX, OUTCOMES_MIN, ROWS_MAX, trusted } from "../units.ts";
import { reprice } from "./market-prices.ts";

export function createGame(state: BookState, command: CreateGame): Outcome<"createGame"> {
  const { pricing, outcomes, closesAt, startsAt } = command;
  const { counters } = state;
  if (outcomes.length < OUTCOMES_MIN || outcomes.length > OUTCOMES_MAX) {
    return invalid("outcomes", `must be ${OUTCOMES_MIN} to ${OUTCOMES_MAX}`);
  }
  const strategy = strategyNamed(pricing.strategy);
  const fault = strategy.fault(pricing, outcomes.length);
  if (fault !== undefined) return invalid(fault.path, fault.message);
  if (counters.refuseUnsafePricing) {
    const unsafe = explainUnsafePricing(pricing, outcomes.length);
    if (unsafe !== undefined) return invalid("pricing", unsafeText(unsafe));
  }
  if (closesAt !== undefined && closesAt <= state.at) return invalid("closesAt", "has passed");
  const drawn = command.draw === undefined ? undefined : faultOf(command.draw, command, state.at);
  if (drawn !== undefined) return invalid(drawn.path, drawn.message);
  if (state.games.count >= ROWS_MAX) return invalid("gameId", "the book is full");
  if (counters.house < pricing.margin) {
    return rejected({
      code: "house_underfunded",
      house: trusted<MinorUnits>(counters.house),
      margin: pricing.margin,
    });
  }

  const virtual = strategy.open(pricing, outcomes.length);
  const zeros = (): number[] => outcomes.map(() => 0);
  const text: GameText = {
    id: state.games.count + 1,
    question: command.question,
    category: command.category,
    labels: [...outcomes],
    pricing: { ...pricing, ...(pricing.prior === undefined ? {} : { prior: [...pricing.prior] }) },
    virtual,
    totalVirtual: virtual.reduce((sum, stake) => sum + stake, 0),
    startsAt: startsAt ?? NONE,
    closesAt: closesAt ?? NONE,
    createdAt: state.at,
    createdIndex: state.index,
  };
  const game: GameRecord = {
    text,
    generation: state.games.generation,
    status: "open",
    reason: null,
    version: 1,
    result: null,
    closedAt: NONE,
    settledAt: NONE,
    staked: zeros(),
    liabilities: zeros(),
    betCounts: zeros(),
    totalStaked: 0,
    cashedOut: null,
    withdrawn: [],
    odds: [],
    caps: [],
    worstCase: 0,
    lastBet: 0,
  };
  reprice(game, strategy);
  state.games.add(game);
  if (closesAt !== undefined) state.closing.add(closesAt, text.id);
  if (command.draw !== undefined) openDraw(state, text.id, command.draw);
  counters.house -= pricing.margin;
  counters.escrow += pricing.margin;
  counters.openGames++;
  state.reference = text.id;
  const gameId = trusted<GameId>(text.id);
  state.note("createGame", {
    actor: command.actor,
    gameId,
    after: { status: "open", margin: pricing.margin },
  });
  state.events.push({ type: "gameCreated", gameId, version: 1 });
  state.tellBook();
  return { status: "accepted", type: "createGame", gameId };
}

/** For example: allows bettors a sure win (margin above 1026): 5260 on opt1, then 4190 on opt2 win 806. */
function unsafeText({ marginMax, example }: UnsafePricing): string {
  const known = `allows bettors a sure win (margin above ${marginMax})`;
  if (example === undefined) return known;
  const legs = example.bets.map(({ outcome, staked, times }) => {
    return `${staked} on ${outcome}${times === 1 ? "" : ` in ${times} bets`}`;
  });
  return `${known}: ${legs.join(", then ")} win ${example.profit}`;
}

function invalid(path: string, message: string): Outcome<"createGame"> {
  return rejected({ code: "invalid_request", path, message });
}
