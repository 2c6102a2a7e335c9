// One command: found to be a repeat, or decided, carried out and recorded.

import { deposit } from "./accounts/deposit.ts";
import { openAccount } from "./accounts/open-account.ts";
import { setLimits } from "./accounts/set-limits.ts";
import { withdraw } from "./accounts/withdraw.ts";
import { cashOut } from "./bets/cash-out.ts";
import { placeBet } from "./bets/place-bet.ts";
import { voidBet } from "./bets/void-bet.ts";
import type { Command, Entry } from "./commands.ts";
import { invariant } from "./errors.ts";
import type { BookEvent } from "./events.ts";
import { expire } from "./expire.ts";
import { changeStatus } from "./games/change-status.ts";
import { createGame } from "./games/create-game.ts";
import { resettleGame } from "./games/resettle-game.ts";
import { settleGame } from "./games/settle-game.ts";
import { voidGame } from "./games/void-game.ts";
import { withdrawOutcome } from "./games/withdraw-outcome.ts";
import { encodeCommandLeaf } from "./history/leaf.ts";
import { leafHashOf } from "./history/tree.ts";
import { addBankroll } from "./house/add-bankroll.ts";
import { openBook } from "./house/open-book.ts";
import { revealSeed } from "./draws/reveal-seed.ts";
import { rejected } from "./rejected.ts";
import type { AcceptedOutcome, Applied, Outcome, RejectedOutcome } from "./outcomes.ts";
import { fingerprintOf } from "./requests/fingerprint.ts";
import { replayOf } from "./requests/replay-outcome.ts";
import { DAY, HOUR, KEPT, type Lifetime } from "./requests/requests-table.ts";
import { goOn } from "./settlements/write-rows.ts";
import type { BookState } from "./state/book-state.ts";
import { COMMAND, RESULT } from "./state/codes.ts";
import { type GameId, trusted, type UnixMillis } from "./units.ts";

const NO_EVENTS: readonly BookEvent[] = [];

export function apply(state: BookState, command: Command, entry: Entry): Applied {
  invariant(entry.index > state.index, () => `entry ${entry.index} comes after entry ${state.index}`);
  state.index = entry.index;
  state.at = trusted<UnixMillis>(Math.max(entry.at, state.at));
  const { key } = command;
  if (key === undefined) {
    state.events = [];
    state.reference = 0;
    const outcome = decide(state, command);
    if (outcome.status === "accepted") {
      remember(state, command, outcome);
      goOnWriting(state, command);
    }
    return { outcome, replayed: false, commandIndex: entry.index, events: state.events };
  }

  const { requests } = state;
  state.lookAhead.locate(command, key);
  const fingerprint = requests.fingerprint(fingerprintOf(state.hasher, command));
  const slot = requests.find(state.at);
  if (slot !== 0) return replayOf(state, slot, command, fingerprint);

  state.events = [];
  state.reference = 0;
  const outcome = decide(state, command);
  const accepted = outcome.status === "accepted";
  if (accepted) remember(state, command, outcome);
  requests.record(
    accepted ? lifetimeOf(command) : HOUR,
    fingerprint,
    COMMAND[command.type],
    state.reference,
    accepted ? RESULT.accepted : RESULT[outcome.rejection.code],
    state.index,
    state.at,
  );
  if (accepted) goOnWriting(state, command);
  const events = state.events.length === 0 ? NO_EVENTS : state.events;
  return { outcome, replayed: false, commandIndex: entry.index, events };
}

/** Adds what changed the book to the history. A bet is there already: its leaf is made of its rows. */
function remember(state: BookState, command: Command, outcome: AcceptedOutcome): void {
  if (command.type === "placeBet" || ("changed" in outcome && !outcome.changed)) return;
  const leaf = encodeCommandLeaf(command, state.index, state.at, state.reference);
  state.history.append(state.bets.count, leafHashOf(leaf));
}

function decide(state: BookState, command: Command): Outcome {
  switch (command.type) {
    case "placeBet":
      return placeBet(state, command);
    case "openBook":
      return openBook(state, command);
    case "openAccount":
      return openAccount(state, command);
    case "deposit":
      return deposit(state, command);
    case "withdraw":
      return withdraw(state, command);
    case "createGame":
      return createGame(state, command);
    case "suspendGame":
    case "resumeGame":
    case "closeGame":
      return changeStatus(state, command);
    case "settleGame":
      return chosenFor(state, command.gameId) ?? settleGame(state, command);
    case "resettleGame":
      return chosenFor(state, command.gameId) ?? resettleGame(state, command);
    case "voidGame":
      return voidGame(state, command);
    case "setLimits":
      return setLimits(state, command);
    case "addBankroll":
      return addBankroll(state, command);
    case "voidBet":
      return voidBet(state, command);
    case "withdrawOutcome":
      return chosenFor(state, command.gameId) ?? withdrawOutcome(state, command);
    case "cashOut":
      return cashOut(state, command);
    case "revealSeed":
      return revealSeed(state, command);
    case "expire":
      return expire(state, command);
    default:
      return command satisfies never;
  }
}

/** Every accepted entry does some of what settlements left to be done; one that is refused leaves the book alone. */
function goOnWriting(state: BookState, { type }: Command): void {
  const { settlements, at } = state;
  if (!settlements.isEmpty) goOn(state, settlements.take(at, type === "expire"));
}

/** Nobody may choose the result of a game that is drawn. */
function chosenFor(state: BookState, gameId: GameId): RejectedOutcome | undefined {
  return state.draws.get(gameId) === undefined ? undefined : rejected({ code: "drawn_game" });
}

/** What made a bet or a ledger row of its own is remembered as long as that is. */
function lifetimeOf({ type }: Command): Lifetime {
  return type === "placeBet" || type === "deposit" || type === "withdraw" || type === "cashOut" ? KEPT : DAY;
}
