// The first outcome of a key again: rebuilt from what it made, so that a record needs no stored answer.

import { limitsView } from "../queries/limits-view.ts";
import { betViewAsPlaced } from "../queries/bet-view.ts";
import type { Command } from "../commands.ts";
import { invariant } from "../errors.ts";
import { decisionOf } from "../games/decision.ts";
import { settlementOf } from "../games/settlement.ts";
import type { Applied, Outcome } from "../outcomes.ts";
import { rejected } from "../rejected.ts";
import type { RejectionCode } from "../rejections.ts";
import type { BookState } from "../state/book-state.ts";
import { COMMAND, REQUEST_RESULTS, RESULT } from "../state/codes.ts";
import type { GameRecord } from "../state/game-record.ts";
import { type GameId, type LogIndex, type MinorUnits, type Sequence, trusted } from "../units.ts";
import { refusalAgain } from "./refusal-again.ts";
import type { Slot } from "./request-index.ts";

export function replayOf(state: BookState, slot: Slot, command: Command, fingerprint: number): Applied {
  const rows = state.requests.rowsOf(slot);
  const row = slot >>> 2;
  const reference = rows.reference.get(row);
  const sameBody = rows.kind.get(row) === COMMAND[command.type] && rows.fingerprint.get(row) === fingerprint;
  const posting = sameBody && !rows.expires ? postingOf(state, command, reference) : 0;
  // Two users' keys share one hash once in an age; a bet or ledger row knows whose it is, so none is shown to another.
  const isOwn = posting === 0 || state.accounts.nameOf(state.ledger.account.get(posting)) === command.actor;
  if (!sameBody || !isOwn) {
    return {
      outcome: rejected({ code: "idempotency_conflict" }),
      replayed: false,
      commandIndex: state.index,
      events: [],
    };
  }
  const commandIndex = trusted<LogIndex>(
    rows.expires ? rows.index.get(row) : state.ledger.index.get(posting),
  );
  const result = rows.expires ? rows.result.get(row) : RESULT.accepted;
  return {
    outcome:
      result === RESULT.accepted
        ? acceptedAgain(state, command, reference, posting, commandIndex)
        : rejected(refusalAgain(state, command, REQUEST_RESULTS[result] as RejectionCode)),
    replayed: true,
    commandIndex,
    events: [],
  };
}

/** The ledger row of a kept record, which refers to it or to its bet. */
function postingOf(state: BookState, command: Command, reference: number): number {
  return command.type === "placeBet" ? state.bets.posting.get(reference) : reference;
}

function acceptedAgain(
  state: BookState,
  command: Command,
  reference: number,
  posting: number,
  index: LogIndex,
): Outcome {
  const status = "accepted";
  switch (command.type) {
    case "placeBet":
      return {
        status,
        type: command.type,
        bet: betViewAsPlaced(state, reference),
        ...bookedBy(state, posting),
      };
    case "deposit":
    case "withdraw":
      return { status, type: command.type, ...bookedBy(state, posting) };
    case "openAccount":
      return {
        status,
        type: command.type,
        ...bookedBy(state, reference),
        changed: openedBy(state, reference, index),
      };
    case "createGame":
      return { status, type: command.type, gameId: trusted<GameId>(reference) };
    case "suspendGame":
    case "resumeGame":
    case "closeGame":
    case "voidGame":
    case "withdrawOutcome":
    case "revealSeed":
      return { status, type: command.type, gameId: command.gameId, changed: reference === 1 };
    case "settleGame":
    case "resettleGame": {
      const game = state.games.get(command.gameId) as GameRecord;
      const decision = decisionOf(game, command);
      invariant(!("code" in decision), "what settled a game is a result of it");
      const settlement = settlementOf(state, game, decision);
      return { status, type: command.type, gameId: command.gameId, changed: reference === 1, ...settlement };
    }
    case "voidBet":
      return { status, type: command.type, betId: command.betId, changed: reference === 1 };
    case "cashOut": {
      const price = trusted<MinorUnits>(state.ledger.amountOf(posting));
      return { status, type: command.type, betId: command.betId, price, ...bookedBy(state, posting) };
    }
    case "setLimits": {
      const record = state.accounts.limits.get(state.accounts.find(command.actor));
      return { status, type: command.type, limits: limitsView(record, state.at) };
    }
    case "addBankroll":
      return { status, type: command.type, house: trusted<MinorUnits>(state.counters.house) };
    case "openBook":
      return { status, type: command.type, changed: reference === 1 };
    case "expire":
      return { status, type: command.type, closedGames: 0, droppedRequests: 0 };
    default:
      return command satisfies never;
  }
}

/** Whether the entry with that index opened the account whose newest ledger row it saw. */
function openedBy(state: BookState, posting: number, index: LogIndex): boolean {
  return state.ledger.index.get(posting) === index;
}

function bookedBy(state: BookState, posting: number): { balance: MinorUnits; seq: Sequence } {
  return {
    balance: trusted<MinorUnits>(state.ledger.balance.get(posting)),
    seq: trusted<Sequence>(posting),
  };
}
