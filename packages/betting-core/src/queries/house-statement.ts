// The house's own ledger. It is not stored: each movement of house money is the other side of one that is, a user's
// welcome or an override in the audit log, and walking both back from the house's money of now gives the statement.

import type { PageQuery } from "../book.ts";
import { heldStakes, keptOf } from "../games/standing.ts";
import type { BookState } from "../state/book-state.ts";
import type { GameRecord } from "../state/game-record.ts";
import { type GameId, type LogIndex, type MinorUnits, trusted, type UnixMillis } from "../units.ts";
import type { AuditView, HouseMovementView, Page } from "../views.ts";
import { pageOf } from "./paging.ts";

/** First page O(items) and the overrides between them; each further one walks there from the newest. */
export function houseStatement(state: BookState, query: PageQuery): Page<HouseMovementView> {
  const walk = new HouseWalk(state);
  // An entry moves house money once at most, so that its index names the movement; a book may be opened before its
  // first entry, and rows begin with 1.
  return pageOf(
    query,
    walk.row,
    () => walk.goBack(),
    () => walk.movement,
    (cursor) => {
      while (walk.row >= cursor) walk.goBack();
      return walk.row;
    },
  );
}

/** The house's money before its first movement: 0 in a sound book. O(accounts and overrides). */
export function houseAtFirst(state: BookState): number {
  const walk = new HouseWalk(state);
  while (walk.row > 0) walk.goBack();
  return walk.house;
}

type Movement = Pick<HouseMovementView, "cause" | "amount" | "gameId" | "userId">;

class HouseWalk {
  movement: HouseMovementView | undefined;
  /** Of the movement in hand; 0 at the end. */
  row = 0;
  /** The house's money before the movement in hand. */
  house: number;

  readonly #state: BookState;
  #audit: number;
  #account: number;

  constructor(state: BookState) {
    this.#state = state;
    this.#audit = state.audit.count;
    this.#account = state.accounts.count;
    this.house = state.counters.house;
    this.goBack();
  }

  /** To the movement before. @returns its row */
  goBack(): number {
    const { audit, accounts, ledger } = this.#state;
    let override: Movement | undefined;
    for (; this.#audit > 0; this.#audit--) {
      override = movementOf(this.#state, audit.records.get(this.#audit) as AuditView);
      if (override !== undefined) break;
    }
    const record = audit.records.get(this.#audit);
    const opening = this.#account === 0 ? 0 : accounts.opening.get(this.#account);
    const welcomeIndex = opening === 0 ? -1 : ledger.index.get(opening);
    if (override !== undefined && record !== undefined && record.index >= welcomeIndex) {
      this.#audit--;
      return this.#take(record.index, record.at, override);
    }
    if (opening === 0) {
      this.movement = undefined;
      this.row = 0;
      return 0;
    }
    const userId = accounts.nameOf(this.#account--);
    const amount = trusted<MinorUnits>(0 - ledger.amountOf(opening));
    return this.#take(ledger.index.get(opening), ledger.at.get(opening), {
      cause: "welcome",
      amount,
      userId,
    });
  }

  #take(index: number, at: number, movement: Movement): number {
    const house = trusted<MinorUnits>(this.house);
    this.movement = {
      index: trusted<LogIndex>(index),
      at: trusted<UnixMillis>(at),
      ...movement,
      house,
    };
    this.house -= movement.amount;
    this.row = index + 1;
    return this.row;
  }
}

/** What an override moved of the house's money; undefined where it moved none. */
function movementOf(state: BookState, record: AuditView): Movement | undefined {
  const { action, before, after, gameId } = record;
  const of = gameId === undefined ? {} : { gameId };
  switch (action) {
    case "openBook":
      return { cause: "bankroll", amount: money(bankrollOf(after) - bankrollBefore(state, record)) };
    case "addBankroll":
      return { cause: "bankroll", amount: money(numberOf(after, "house") - numberOf(before, "house")) };
    case "createGame":
      return { cause: "margin", amount: money(-numberOf(after, "margin")), ...of };
    case "settleGame": {
      const game = gameOf(state, gameId);
      return {
        cause: "result",
        amount: money(heldStakes(game) + game.text.pricing.margin - numberOf(after, "paid")),
        ...of,
      };
    }
    case "resettleGame":
      return {
        cause: "adjustment",
        amount: money(numberOf(before, "paid") - numberOf(after, "paid")),
        ...of,
      };
    case "voidGame":
      return {
        cause: "margin",
        amount: money(gameOf(state, gameId).text.pricing.margin + keptOf(gameOf(state, gameId))),
        ...of,
      };
    case "suspendGame":
    case "resumeGame":
    case "closeGame":
    case "setLimits":
    case "revealSeed":
    case "voidBet":
    case "withdrawOutcome":
      return undefined;
    default:
      return action satisfies never;
  }
}

/** House money may have been added before the book was opened. */
function bankrollBefore({ audit }: BookState, opening: AuditView): number {
  let sum = 0;
  for (let row = 1; row <= audit.count; row++) {
    const { action, before, after } = audit.records.get(row) as AuditView;
    if (audit.records.get(row) === opening) break;
    if (action === "addBankroll") sum += numberOf(after, "house") - numberOf(before, "house");
  }
  return sum;
}

function bankrollOf(facts: AuditView["after"]): number {
  return numberOf(facts, "openingBankroll");
}

function gameOf(state: BookState, id: GameId | undefined): GameRecord {
  return state.games.get(id ?? 0) as GameRecord;
}

function numberOf(facts: AuditView["after"], name: string): number {
  const value = facts?.[name];
  return typeof value === "number" ? value : 0;
}

function money(value: number): MinorUnits {
  return trusted<MinorUnits>(value);
}
