// The laws of the book, each over random lives of it: money, exposure, the odds lock, monotone odds, refusals,
// idempotency, sequences, settlement.

import * as fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import {
  type Applied,
  amount,
  type BetId,
  type Book,
  checkBook,
  checkConservation,
  type Command,
  type GameView,
  type GameId,
  logIndex,
  odds,
  payoutOf,
  type UserId,
  userId,
} from "../../src/index.ts";
import { betsOn, spelledOut } from "../fixtures.ts";
import { newBook, run, script } from "../scripts.ts";
import { budget, PATIENCE_MS } from "../support/budget.ts";

const RUNS = { numRuns: budget(60, 10_000) };

vi.setConfig({ testTimeout: PATIENCE_MS });
/** Actions that an admin may force beyond the margin. */
const OVERRIDES: ReadonlySet<string> = new Set(["voidBet", "withdrawOutcome"]);
const NOBODY = userId("nobody-yet");

describe("money (1)", () => {
  test("balances, escrow and house add up to what came in, after every command", () => {
    fc.assert(
      fc.property(script, (steps) => {
        run(steps, { after: checkConservation });
      }),
      RUNS,
    );
  });

  test("every sum, chain, price and digest is what the rows give, however the life went", () => {
    fc.assert(
      fc.property(script, (steps) => {
        const book = newBook();
        run(steps, {}, book);
        checkBook(book);
      }),
      RUNS,
    );
  });

  test("no escrow is below zero, no balance except by a resettle, and a done game holds none (3)", () => {
    fc.assert(
      fc.property(script, (steps) => {
        let resettled = false;
        run(steps, {
          after: (book, { command }) => {
            resettled ||= command.type === "resettleGame";
            const { escrow, openGames, balances } = book.totals();
            expect(escrow).toBeGreaterThanOrEqual(0);
            if (openGames === 0) expect(escrow).toBe(0);
            if (resettled) return;
            expect(balances).toBeGreaterThanOrEqual(0);
            const balance = book.account(command.actor)?.balance ?? 0;
            expect(balance).toBeGreaterThanOrEqual(0);
          },
        });
      }),
      RUNS,
    );
  });
});

describe("exposure (2)", () => {
  test("no outcome ever costs more than the margin", () => {
    fc.assert(
      fc.property(script, (steps) => {
        run(steps, {
          after: (book, { command }) => {
            const id = gameOf(book, command);
            // An admin may override the margin by force; nothing else may.
            if (id === undefined || wasForced(book, id)) return;
            const exposure = book.exposure(id);
            for (const { result } of exposure?.outcomes ?? []) {
              expect(result).toBeGreaterThanOrEqual(0 - (exposure?.margin ?? 0));
            }
            expect(exposure?.worstCase ?? 0).toBeLessThanOrEqual(exposure?.margin ?? 0);
          },
        });
      }),
      RUNS,
    );
  });

  test("the cap shown is taken as far as the book is concerned, and one more is not", () => {
    fc.assert(
      fc.property(script, (steps) => {
        run(steps, {
          after: (book, { command }) => {
            if (command.type !== "placeBet") return;
            for (const outcome of openGame(book, command.gameId)?.outcomes ?? []) {
              if (outcome.odds === null) continue;
              const ask = (stake: number): string =>
                refusalOf(book, command.gameId, outcome.key, stake, outcome.odds);
              if (outcome.cap >= 1) expect(ask(outcome.cap)).not.toBe("stake_above_cap");
              const above = ask(outcome.cap + 1);
              expect(["stake_above_cap", "stake_too_small", "too large to ask"]).toContain(above);
            }
          },
        });
      }),
      RUNS,
    );
  });
});

describe("odds", () => {
  test("an accepted bet gets the odds shown just before it, never worse than it asked for (4)", () => {
    fc.assert(
      fc.property(script, (steps) => {
        let before: GameView | undefined;
        run(steps, {
          before: (book, { command }) => {
            before = command.type === "placeBet" ? book.game(command.gameId) : undefined;
          },
          after: (_, { command }, { outcome, replayed }) => {
            if (command.type !== "placeBet" || outcome.status !== "accepted" || replayed) return;
            if (outcome.type !== "placeBet") throw new Error("a bet was answered as something else");
            const shown = before?.outcomes.find(({ key }) => key === command.outcome)?.odds ?? 0;
            const moves = ["ratio/post", "cpmm", "lmsr"].includes(before?.pricing.strategy ?? "");
            if (moves) expect(outcome.bet.odds).toBeLessThanOrEqual(shown);
            else expect(outcome.bet.odds).toBe(shown);
            expect(outcome.bet.potentialPayout).toBe(payoutOf(command.stake, outcome.bet.odds));
            if (command.accept === "exact") expect(outcome.bet.odds).toBe(command.odds);
            if (command.accept === "better") expect(outcome.bet.odds).toBeGreaterThanOrEqual(command.odds);
            expect(outcome.bet.odds).toBeGreaterThanOrEqual(command.minOdds ?? 0);
          },
        });
      }),
      RUNS,
    );
  });

  test("a bet never raises its own outcome's odds and never lowers another's (5)", () => {
    fc.assert(
      fc.property(script, (steps) => {
        let before: GameView | undefined;
        run(steps, {
          before: (book, { command }) => {
            before = command.type === "placeBet" ? book.game(command.gameId) : undefined;
          },
          after: (book, { command }, { outcome, replayed }) => {
            if (command.type !== "placeBet" || outcome.status !== "accepted" || replayed) return;
            const after = book.game(command.gameId);
            for (const [position, { key, odds: now }] of (after?.outcomes ?? []).entries()) {
              const was = before?.outcomes[position]?.odds ?? 0;
              if (key === command.outcome) expect(now ?? 0).toBeLessThanOrEqual(was);
              else if (!mayLower(before)) expect(now ?? 0).toBeGreaterThanOrEqual(was);
            }
          },
        });
      }),
      RUNS,
    );
  });
});

describe("commands", () => {
  test("a refused command changes nothing but the idempotency records, and tells of nothing (6)", () => {
    fc.assert(
      fc.property(script, (steps) => {
        let before = newBook().digestParts();
        run(steps, {
          before: (book) => {
            before = book.digestParts();
          },
          after: (book, _, { outcome, events }) => {
            if (outcome.status === "accepted") return;
            expect({ ...book.digestParts(), requests: "" }).toEqual({ ...before, requests: "" });
            expect(events).toEqual([]);
          },
        });
      }),
      RUNS,
    );
  });

  test("repeating any remembered command at any later point gives the same outcome and no further effect (7)", () => {
    fc.assert(
      fc.property(script, fc.nat({ max: 1_000 }), (steps, which) => {
        const book = newBook();
        const first = new Map<string, Applied>();
        const history = run(
          steps,
          {
            after: (_, { command }, applied) => {
              const id = `${command.actor} ${command.key}`;
              if (command.key !== undefined && !applied.replayed && !isConflict(applied))
                first.set(id, applied);
            },
          },
          book,
        );
        const keyed = history.filter(({ command }) => command.key !== undefined);
        const again = keyed[which % Math.max(1, keyed.length)];
        if (again === undefined) return;
        const digest = book.digest();
        const repeated = book.apply(again.command, { index: logIndex(book.index + 1), at: book.at });
        if (!repeated.replayed) return;
        expect(book.digest()).toBe(digest);
        expect(repeated.events).toEqual([]);
        const original = first.get(`${again.command.actor} ${again.command.key}`);
        expect(repeated.commandIndex).toBe(original?.commandIndex);
        expect(lasting(repeated)).toEqual(lasting(original));
      }),
      { numRuns: budget(100, 10_000) },
    );
  });

  test("sequences grow, and the balances told in their order end at the current one (8)", () => {
    fc.assert(
      fc.property(script, (steps) => {
        const told = new Map<UserId, { seq: number; balance: number; openStake: number }>();
        const book = newBook();
        run(
          steps,
          {
            after: (_, __, { events }) => {
              const inEntry = new Set<UserId>();
              for (const event of spelledOut(book, events)) {
                if (event.type !== "balanceChanged") continue;
                expect(inEntry.has(event.userId)).toBe(false);
                inEntry.add(event.userId);
                expect(event.seq).toBeGreaterThan(told.get(event.userId)?.seq ?? 0);
                told.set(event.userId, event);
              }
            },
          },
          book,
        );
        for (const [user, { seq, balance, openStake }] of told) {
          expect(book.account(user)).toMatchObject({ seq, balance, openStake });
          const rows = ledgerOf(book, user);
          expect(rows.reduce((sum, row) => sum + row.amount, 0)).toBe(balance);
        }
        expect(told.size).toBe(book.totals().accounts);
      }),
      RUNS,
    );
  });

  test("settling pays each winning bet once, and what leaves escrow for users is the sum of their payouts (9)", () => {
    fc.assert(
      fc.property(script, (steps) => {
        let before = newBook().totals();
        run(steps, {
          before: (book) => {
            before = book.totals();
          },
          after: (book, { command }, { outcome, events }) => {
            if (command.type !== "settleGame" || outcome.status !== "accepted" || events.length === 0) return;
            if (outcome.type !== "settleGame") throw new Error("a settlement was answered as something else");
            const paidBets = spelledOut(book, events).flatMap((event) =>
              event.type === "betSettled" && event.bet.status !== "lost" ? [event.bet] : [],
            );
            const won = paidBets.filter(({ status }) => status === "won");
            expect(new Set(won.map(({ id }) => id)).size).toBe(outcome.winners);
            // A push, and a pool whose winner nobody backed, give all stakes back; a bet is otherwise won or lost.
            if (paidBets.length > won.length && command.push !== true)
              expect(book.game(command.gameId)?.pricing.strategy).toBe("tote");
            const paid = paidBets.reduce((sum, bet) => sum + (bet.payout ?? 0), 0);
            expect(paid).toBe(outcome.paid);
            expect(book.totals().balances - before.balances).toBe(paid);
            const game = book.game(command.gameId);
            const margin = game?.pricing.margin ?? 0;
            // Stakes that stand, and what cash-outs left of theirs.
            const bets = betsOn(book, command.gameId);
            const held = bets.reduce((sum, { id, status, stake, payout }) => {
              if (status === "cashedOut") return sum + stake - (payout ?? 0);
              return sum + (wasVoidedBefore(book, id) ? 0 : stake);
            }, 0);
            expect(before.escrow - book.totals().escrow).toBe(held + margin);
            expect(book.totals().house - before.house).toBe(held + margin - paid);
          },
        });
      }),
      RUNS,
    );
  });
});

/** With three reserves or more, cpmm may: the stake swells a small reserve by far more than a large one. */
function mayLower(game: GameView | undefined): boolean {
  return game?.pricing.strategy === "cpmm" && game.outcomes.length > 2;
}

function gameOf(book: Book, command: Command): GameId | undefined {
  if ("betId" in command) return book.bet(command.betId)?.gameId;
  return "gameId" in command ? command.gameId : undefined;
}

function wasForced(book: Book, id: GameId): boolean {
  return book.audit({ limit: 200 }).items.some(({ action, gameId, after }) => {
    return gameId === id && OVERRIDES.has(action) && after?.["marginExceededBy"] !== undefined;
  });
}

/** Alone, or with its outcome, before its game was settled. */
function wasVoidedBefore(book: Book, id: BetId): boolean {
  const bet = book.bet(id);
  const game = bet === undefined ? undefined : book.game(bet.gameId);
  if (game?.outcomes.find(({ key }) => key === bet?.outcome)?.withdrawn === true) return true;
  return book.audit({ limit: 200 }).items.some(({ action, after }) => {
    return action === "voidBet" && after?.["betId"] === id;
  });
}

function openGame(book: Book, id: GameId): GameView | undefined {
  const game = book.game(id);
  return game?.status === "open" ? game : undefined;
}

/** Asks through a preview, which changes nothing. */
function refusalOf(book: Book, game: GameId, outcome: string, stake: number, at: number | null): string {
  if (stake > 100_000_000_000) return "too large to ask";
  const { outcome: answer } = book.preview({
    type: "placeBet",
    actor: NOBODY,
    gameId: game,
    outcome,
    stake: amount(stake),
    odds: odds(at ?? 1),
    accept: "any",
  });
  if (answer.status === "accepted") return "accepted";
  // A game past its closing time takes no bet of any size.
  return answer.rejection.code === "betting_closed" ? "too large to ask" : answer.rejection.code;
}

function ledgerOf(book: Book, user: UserId): { readonly amount: number }[] {
  const rows: { readonly amount: number }[] = [];
  let cursor: number | null = 0;
  while (cursor !== null) {
    const page: ReturnType<Book["transactions"]> = book.transactions(user, cursor === 0 ? {} : { cursor });
    rows.push(...page.items);
    cursor = page.nextCursor;
  }
  return rows;
}

function isConflict({ outcome }: Applied): boolean {
  return outcome.status === "rejected" && outcome.rejection.code === "idempotency_conflict";
}

/** The part of an outcome that a repeat gives again to the letter; facts about the world around it may be newer. */
function lasting(applied: Applied | undefined): unknown {
  const outcome = applied?.outcome;
  if (outcome === undefined) return undefined;
  if (outcome.status === "rejected") return outcome.rejection.code;
  if (outcome.type === "placeBet") return { bet: outcome.bet, balance: outcome.balance, seq: outcome.seq };
  if (outcome.type === "createGame") return outcome.gameId;
  if ("balance" in outcome) return outcome;
  return { type: outcome.type, changed: "changed" in outcome ? outcome.changed : undefined };
}
