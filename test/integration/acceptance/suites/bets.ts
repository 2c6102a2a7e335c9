// Bets: what an accepted one shows, every refusal with its facts and in its order, and whose odds count.
import { beforeAll, describe, expect, it } from "vitest";
import * as form from "../support/forms.ts";
import { commandIndex, expectRefusal, expectStatus } from "../support/http.ts";
import {
  balanceOf,
  type Bet,
  betOn,
  deposit,
  type Game,
  newKey,
  type Page,
  type Person,
  place,
  tryBet,
  type World,
} from "../support/people.ts";
import { expectForm } from "../support/shape.ts";

export function betsSuite(world: () => World): void {
  describe("bets", () => {
    it("show what was agreed, and what is left", async () => {
      const game = await world().game({ outcomes: ["Home", "Draw", "Away"] });
      const bettor = await world().bettor();
      const { odds } = game.outcomes[1]!;
      const answer = await tryBet(bettor, { gameId: game.id, outcome: "opt2", stake: 1_251, odds });
      expectStatus(answer, 201);
      expectForm(answer.body, form.placed);
      const { bet } = answer.body;
      expect(bet).toMatchObject({
        gameId: game.id,
        outcome: "opt2",
        stake: 1_251,
        odds,
        potentialPayout: Math.floor((1_251 * Math.round(odds! * 10_000)) / 10_000),
        status: "open",
        payout: null,
        index: commandIndex(answer),
      });
      expect(answer.body.balance).toBe(10_000 - 1_251);
      expect(answer.body.game.outcomes[1]!.staked).toBe(1_251);
      expect(await balanceOf(bettor)).toEqual({
        userId: bettor.id,
        balance: 10_000 - 1_251,
        openStake: 1_251,
        seq: answer.body.seq,
      });
      const read = await bettor.http.get(`/api/bets/${bet.id}?consistency=linearizable`);
      expectStatus(read, 200);
      expectForm(read.body, form.betDetail);
      expect(read.body).toEqual({ ...bet, question: game.question, label: "Draw", gameStatus: "open" });
    });

    it("are listed newest first, by game and status, and to their owner alone", async () => {
      const [one, two] = [await world().game(), await world().game()];
      const bettor = await world().richBettor();
      const bets: Bet[] = [];
      for (const game of [one, two, one, two, one]) {
        bets.unshift((await place(bettor, betOn(game, "opt1", 100))).bet);
      }
      await world().act(two.id, "close");
      await world().act(two.id, "settle", { winner: "opt1" });
      const ids = async (query: string) => {
        const answer = await bettor.http.get<Page<Bet>>(`/api/bets?consistency=linearizable&${query}`);
        expectStatus(answer, 200);
        expectForm(answer.body, form.page(form.betDetail));
        return answer.body.items.map(({ id }) => id);
      };
      const all = bets.map(({ id }) => id);
      const ofGame = (game: Game) => bets.filter(({ gameId }) => gameId === game.id).map(({ id }) => id);
      expect(await ids("")).toEqual(all);
      expect(await ids(`gameId=${one.id}`)).toEqual(ofGame(one));
      expect(await ids("status=won")).toEqual(ofGame(two));
      expect(await ids(`status=open&gameId=${two.id}`)).toEqual([]);
      expect(await ids("gameId=4000000")).toEqual([]);

      const stranger = await world().bettor();
      const others = await stranger.http.get<Page<Bet>>("/api/bets?consistency=linearizable");
      expect(others.body).toEqual({ items: [], nextCursor: null });
      expectRefusal(await stranger.http.get(`/api/bets/${all[0]}`), 404, "bet_not_found");

      const seen: number[] = [];
      let cursor: string | null = null;
      do {
        const query = `limit=2${cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`}`;
        const page: Page<Bet> = (
          await bettor.http.get<Page<Bet>>(`/api/bets?consistency=linearizable&${query}`)
        ).body;
        seen.push(...page.items.map(({ id }) => id));
        cursor = page.nextCursor;
        await place(bettor, betOn(one, "opt2", 10));
      } while (cursor !== null);
      expect(seen).toEqual(all);
    });

    it("lock the odds: exactly those sent, unless the bettor takes better ones, or any", async () => {
      const game = await world().game();
      const [mover, bettor] = [await world().richBettor(), await world().richBettor()];
      const old = game.outcomes[0]!.odds!;
      await place(mover, betOn(game, "opt2", 2_000));
      const now = await world().read(game.id);
      const current = now.outcomes[0]!.odds!;
      expect(current).toBeGreaterThan(old);
      const body = { gameId: game.id, outcome: "opt1", stake: 10 };
      const facts = { currentOdds: current, version: now.version };
      const above = Number((current + 0.01).toFixed(2));
      for (const wrong of [
        { odds: old },
        { odds: old, accept: "exact" },
        { odds: above },
        { odds: above, accept: "better" },
        { odds: old, accept: "any", minOdds: above },
      ]) {
        const problem = expectRefusal(await tryBet(bettor, { ...body, ...wrong }), 409, "odds_changed");
        expect(problem).toMatchObject(facts);
      }
      let odds = current;
      for (const right of [
        () => ({ odds }),
        () => ({ odds, accept: "exact" }),
        () => ({ odds, accept: "better" }),
        () => ({ odds: Number((odds - 0.1).toFixed(2)), accept: "better" }),
        () => ({ odds: 1.01, accept: "any" }),
        () => ({ odds: 99, accept: "any" }),
        () => ({ odds: 99, accept: "any", minOdds: odds }),
      ]) {
        const placed = await place(bettor, { ...body, ...right() });
        expect(placed.bet.odds).toBe(odds);
        odds = placed.game.outcomes[0]!.odds!;
      }
    });

    it("cannot be placed twice for the same money", async () => {
      const game = await world().game({ pricing: { margin: 1_000_000, virtualStake: 1_000_000 } });
      const bettor = await world().bettor();
      await bettor.http.get("/api/balance");
      const answers = await Promise.all(
        Array.from({ length: 12 }, () => tryBet(bettor, betOn(game, "opt1", 3_000))),
      );
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
      for (const refused of answers.filter(({ status }) => status !== 201)) {
        expectRefusal(refused, 422, "insufficient_balance");
      }
      expect(await balanceOf(bettor)).toMatchObject({ balance: 1_000, openStake: 9_000 });
    });
  });

  describe("refusals of a bet", () => {
    let game: Game;
    /** Its first outcome is not offered. */
    let lopsided: Game;
    let closed: Game;
    let excluded: Person;
    let poor: Person;
    let limited: Person;
    const noLimits = { deposit: {}, stake: {}, loss: {} };

    beforeAll(async () => {
      game = await world().game();
      lopsided = await world().game({ pricing: { prior: [9_900, 100] } });
      closed = await world().game();
      await world().act(closed.id, "close");
      [excluded, poor, limited] = (await Promise.all([1, 2, 3].map(() => world().bettor()))) as [
        Person,
        Person,
        Person,
      ];
      const excludedUntil = new Date(Date.now() + 3_600_000).toISOString();
      expectStatus(await excluded.http.put("/api/limits", { ...noLimits, excludedUntil }), 200);
      expectStatus(await poor.http.post("/api/withdrawals", { amount: 10_000 }, { key: newKey() }), 201);
      expectStatus(await limited.http.put("/api/limits", { ...noLimits, stake: { day: 50 } }), 200);
      await place(limited, betOn(game, "opt2", 50));
      expectStatus(await limited.http.post("/api/withdrawals", { amount: 9_950 }, { key: newKey() }), 201);
    });

    const wrongInEveryWay = { outcome: "opt9", odds: 1.855, stake: 100_000_000_000 };

    it("begin with the game, before its outcome", async () => {
      const body = { ...wrongInEveryWay, gameId: 4_000_000 };
      expectRefusal(await tryBet(excluded, body), 404, "game_not_found");
    });

    it("name the outcome before the game's status", async () => {
      for (const outcome of ["opt9", "opt0", "opt01", "Yes", "OPT1", " opt1"]) {
        const body = { ...wrongInEveryWay, outcome, gameId: closed.id };
        expectRefusal(await tryBet(excluded, body), 422, "unknown_outcome");
      }
    });

    it("name the status before an exclusion", async () => {
      const body = { ...wrongInEveryWay, outcome: "opt1", gameId: closed.id };
      const problem = expectRefusal(await tryBet(excluded, body), 409, "betting_closed");
      expect(problem["gameStatus"]).toBe("closed");
    });

    it("name an exclusion before the offer", async () => {
      const body = { ...wrongInEveryWay, outcome: "opt1", gameId: lopsided.id };
      expectRefusal(await tryBet(excluded, body), 403, "excluded");
    });

    it("name what is not offered before the odds", async () => {
      expect(lopsided.outcomes[0]).toMatchObject({ odds: null, cap: 0 });
      const body = { ...wrongInEveryWay, outcome: "opt1", gameId: lopsided.id };
      expectRefusal(await tryBet(poor, body), 422, "outcome_not_offered");
    });

    it("name odds off the tick before odds that have changed", async () => {
      const body = { ...wrongInEveryWay, outcome: "opt1", gameId: game.id };
      expectRefusal(await tryBet(poor, body), 400, "invalid_odds");
      expectRefusal(await tryBet(poor, { ...body, accept: "any" }), 400, "invalid_odds");
    });

    it("name changed odds before the stake", async () => {
      const body = { gameId: game.id, outcome: "opt1", odds: 1.99, stake: 100_000_000_000 };
      expectRefusal(await tryBet(poor, body), 409, "odds_changed");
      expectRefusal(await tryBet(poor, { ...body, stake: 1 }), 409, "odds_changed");
    });

    it("name a stake too small before a limit and the balance", async () => {
      for (const person of [limited, poor]) {
        expectRefusal(await tryBet(person, betOn(game, "opt1", 1)), 422, "stake_too_small");
      }
    });

    it("name the cap before a limit and the balance", async () => {
      const { cap } = (await world().read(game.id)).outcomes[0]!;
      for (const person of [limited, poor]) {
        const answer = await tryBet(person, betOn(game, "opt1", cap + 1));
        expect(expectRefusal(answer, 422, "stake_above_cap")["cap"]).toBe(cap);
      }
    });

    it("name a limit before the balance, and the balance last", async () => {
      expectRefusal(await tryBet(limited, betOn(game, "opt1", 100)), 403, "limit_reached");
      const problem = expectRefusal(
        await tryBet(poor, betOn(game, "opt1", 100)),
        422,
        "insufficient_balance",
      );
      expect(problem["balance"]).toBe(0);
    });

    it("are decided by the book, and change nothing", async () => {
      const before = await world().read(game.id);
      const first = commandIndex(await tryBet(poor, betOn(game, "opt1", 100)));
      expect(commandIndex(await tryBet(poor, betOn(game, "opt1", 100)))).toBeGreaterThan(first);
      commandIndex(await tryBet(poor, { ...betOn(game, "opt1", 100), odds: 1.855 }));
      commandIndex(await tryBet(poor, { ...betOn(game, "opt1", 100), gameId: 4_000_000 }));
      expect(await world().read(game.id)).toEqual(before);
      expect(await balanceOf(poor)).toMatchObject({ balance: 0, openStake: 0 });
      await deposit(poor, 100);
      await place(poor, betOn(game, "opt1", 100));
    });
  });
}
