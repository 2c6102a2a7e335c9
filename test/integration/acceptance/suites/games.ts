// Games: how they are made and shown, their odds and caps against an own computation, and their life.
import { describe, expect, it } from "vitest";
import * as form from "../support/forms.ts";
import { commandIndex, expectRefusal, expectStatus } from "../support/http.ts";
import { defaults, type OracleBet, type OracleGame, payout, quotes } from "../support/odds-oracle.ts";
import {
  type Bet,
  betOn,
  balanceOf,
  deposit,
  type Game,
  newKey,
  type Page,
  place,
  tryBet,
  type World,
} from "../support/people.ts";
import { expectForm } from "../support/shape.ts";
import { waitFor } from "../support/wait-for.ts";

interface Settled {
  readonly game: Game;
  readonly winners: number;
  readonly paid: number;
  readonly bookResult: number;
}

interface Preview {
  readonly winners: number;
  readonly paid: number;
  readonly bookResult: number;
  readonly accounts: number;
  readonly previewHash: string;
}

const shown = (game: Game) => game.outcomes.map(({ odds, cap }) => ({ odds, cap }));
const statusOf = (game: Game) => ({ status: game.status, version: game.version });

export function gamesSuite(world: () => World): void {
  const admin = () => world().admin.http;

  describe("games", () => {
    it("are made as asked, and shown to anyone", async () => {
      const startsAt = "2031-05-06T07:08:09Z";
      const asked = {
        question: "<b>Who</b> wins? 😀".padEnd(150, "é"),
        category: "virtual",
        outcomes: ["Arsenal & Co", "draw", '"Quoted" <script>'],
        startsAt,
        closesAt: "2031-05-06T09:08:09+02:00",
      };
      const created = await admin().post<Game>("/api/games", asked);
      expectStatus(created, 201);
      expectForm(created.body, form.game);
      expect(created.body).toMatchObject({
        question: asked.question,
        category: "virtual",
        status: "open",
        totalStaked: 0,
        outcomes: [
          { key: "opt1", label: "Arsenal & Co", staked: 0 },
          { key: "opt2", label: "draw", staked: 0 },
          { key: "opt3", label: '"Quoted" <script>', staked: 0 },
        ],
      });
      expect(Date.parse((created.body as { startsAt?: string }).startsAt ?? "")).toBe(Date.parse(startsAt));
      expect(Date.parse(created.body.closesAt ?? "")).toBe(Date.parse(asked.closesAt));
      const read = await world().anyone.get<Game>(`/api/games/${created.body.id}`, {
        headers: { "book-min-index": String(commandIndex(created)) },
      });
      expectStatus(read, 200);
      expect(read.body).toEqual(created.body);
    });

    it("take questions and labels of 200 characters, counted as people count them", async () => {
      const game = await world().game({ question: "😀".repeat(200), outcomes: ["é".repeat(200), "b"] });
      expect(game.question).toBe("😀".repeat(200));
    });

    it("take 32 outcomes", async () => {
      const labels = Array.from({ length: 32 }, (_, at) => `Runner ${at + 1}`);
      const game = await world().game({ outcomes: labels });
      expect(game.outcomes.map(({ label }) => label)).toEqual(labels);
      expect(game.outcomes.at(-1)!.key).toBe("opt32");
      expect(shown(game)).toEqual(quotes({ outcomes: 32, ...defaults }, []));
    });

    it("list newest first, by status, category and words of the question", async () => {
      const word = `w${newKey().slice(0, 8)}`;
      const first = await world().game({ question: `${word} one`, category: "virtual" });
      const second = await world().game({ question: `Two of ${word.toUpperCase()}` });
      await world().act(second.id, "close");
      const ids = async (query: string) => {
        const answer = await world().anyone.get<Page<Game>>(`/api/games?consistency=linearizable&${query}`);
        expectStatus(answer, 200);
        expectForm(answer.body, form.page(form.game));
        return answer.body.items.map(({ id }) => id);
      };
      expect(await ids(`q=${word}`)).toEqual([second.id, first.id]);
      expect(await ids(`q=${word}&status=open`)).toEqual([first.id]);
      expect(await ids(`q=${word}&status=closed`)).toEqual([second.id]);
      expect(await ids(`q=${word}&category=virtual`)).toEqual([first.id]);
      expect(await ids(`q=${word}&category=virtual&status=closed`)).toEqual([]);
      expect((await ids("limit=2")).slice(0, 2)).toEqual([second.id, first.id]);
    });

    it("page without a gap or a repeat while new ones come", async () => {
      const word = `p${newKey().slice(0, 8)}`;
      const made: number[] = [];
      for (let at = 0; at < 7; at += 1) made.unshift((await world().game({ question: `${word} ${at}` })).id);
      const seen: number[] = [];
      let cursor: string | null = null;
      do {
        const query = `q=${word}&limit=3${cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`}`;
        const page: Page<Game> = (
          await world().anyone.get<Page<Game>>(`/api/games?consistency=linearizable&${query}`)
        ).body;
        seen.push(...page.items.map(({ id }) => id));
        cursor = page.nextCursor;
        await world().game({ question: `${word} meanwhile` });
      } while (cursor !== null);
      expect(seen).toEqual(made);
    });

    it("refuse a margin that the house cannot cover", async () => {
      const greedy = { question: "Q?", category: "real", outcomes: ["a", "b"] };
      const pricing = { margin: 100_000_000_000 };
      const refused = await admin().post("/api/games", { ...greedy, pricing });
      expectRefusal(refused, 422, "house_underfunded");
      commandIndex(refused);
    });

    it("show in their exposure what the house may lose, and warn of a sure win", async () => {
      const plain = await world().game();
      const unsafe = await world().game({ pricing: { commissionBp: 200 } });
      const bettor = await world().richBettor();
      const { bet } = await place(bettor, betOn(plain, "opt1", 1_000));
      const read = await admin().get<{ margin: number; worstCase: number; warnings: string[] }>(
        `/api/admin/games/${plain.id}/exposure?consistency=linearizable`,
      );
      expectStatus(read, 200);
      expectForm(read.body, form.exposure);
      expect(read.body).toEqual({
        margin: 5_000,
        worstCase: bet.potentialPayout - 1_000,
        outcomes: [
          { key: "opt1", staked: 1_000, liability: bet.potentialPayout, result: 1_000 - bet.potentialPayout },
          { key: "opt2", staked: 0, liability: 0, result: 1_000 },
        ],
        warnings: [],
      });
      const warned = await admin().get<{ warnings: string[] }>(
        `/api/admin/games/${unsafe.id}/exposure?consistency=linearizable`,
      );
      expect(warned.body.warnings).toEqual(["arbitrage"]);
    });
  });

  describe("odds and caps", () => {
    const cases: readonly (OracleGame & {
      readonly title: string;
      readonly bets: readonly [number, number][];
    })[] = [
      {
        title: "two outcomes and the defaults",
        outcomes: 2,
        ...defaults,
        bets: [
          [0, 1_250],
          [1, 3_333],
          [0, 777],
          [1, 4_999],
          [1, 21],
        ],
      },
      {
        title: "three outcomes with an opening price",
        outcomes: 3,
        virtualStake: 33_333,
        commissionBp: 800,
        margin: 250_000,
        tick: 100,
        prior: [4_567, 2_718, 2_715],
        bets: [
          [0, 12_345],
          [2, 54_321],
          [1, 99],
          [0, 30_007],
          [2, 1],
        ],
      },
      {
        title: "two outcomes on a fine tick",
        outcomes: 2,
        virtualStake: 1_000,
        commissionBp: 137,
        margin: 12_345,
        tick: 1,
        bets: [
          [1, 1_003],
          [0, 507],
          [1, 2_000],
        ],
      },
      {
        title: "an outcome that is not offered at first",
        outcomes: 2,
        virtualStake: 10_000,
        commissionBp: 5_000,
        margin: 100_000,
        tick: 100,
        prior: [9_900, 100],
        bets: [
          [1, 1_500],
          [1, 2_500],
          [0, 10_000],
        ],
      },
    ];

    for (const { title, bets, ...game } of cases) {
      it(`are as computed for ${title}, and the cap is exact`, { timeout: 60_000 }, async () => {
        const { outcomes, ...pricing } = game;
        const created = await world().game({
          outcomes: Array.from({ length: outcomes }, (_, at) => `o${at}`),
          pricing,
        });
        const bettor = await world().richBettor(1_000_000_000);
        const taken: OracleBet[] = [];
        let now = created;
        expect(shown(now)).toEqual(quotes(game, taken));
        const stakeOn = async (outcome: number, stake: number): Promise<void> => {
          const { odds } = now.outcomes[outcome]!;
          const placed = await place(bettor, {
            gameId: created.id,
            outcome: `opt${outcome + 1}`,
            stake,
            odds,
          });
          expect(placed.bet).toMatchObject({ odds, stake, potentialPayout: payout(stake, odds!) });
          taken.push({ outcome, stake, payout: placed.bet.potentialPayout });
          expect(placed.game.version).toBe(now.version + 1);
          now = await world().read(created.id);
          expect(placed.game).toEqual({ id: now.id, version: now.version, outcomes: now.outcomes });
          expect(shown(now)).toEqual(quotes(game, taken));
          expect(now.totalStaked).toBe(taken.reduce((sum, bet) => sum + bet.stake, 0));
        };
        for (const [outcome, stake] of bets) await stakeOn(outcome, stake);
        // Up to the cap on each outcome in turn, and one cent above it never.
        for (let outcome = 0; outcome < outcomes; outcome += 1) {
          const { odds, cap } = now.outcomes[outcome]!;
          if (odds === null) continue;
          const above = { gameId: created.id, outcome: `opt${outcome + 1}`, stake: cap + 1, odds };
          expect(expectRefusal(await tryBet(bettor, above), 422, "stake_above_cap")["cap"]).toBe(cap);
          if (payout(cap, odds) > cap) await stakeOn(outcome, cap);
        }
        const exposure = await admin().get<{ worstCase: number }>(`/api/admin/games/${created.id}/exposure`);
        expect(exposure.body.worstCase).toBeLessThanOrEqual(game.margin);
      });
    }

    it("are kept as a history, from a log index on", async () => {
      const game = await world().game();
      const bettor = await world().richBettor();
      const bets = [];
      for (const stake of [500, 700, 900]) bets.push((await place(bettor, betOn(game, "opt1", stake))).bet);
      const path = `/api/games/${game.id}/odds-history`;
      const history = await world().anyone.get<{ items: { index: number; odds: number[] }[] }>(
        `${path}?consistency=linearizable`,
      );
      expectStatus(history, 200);
      expectForm(history.body, form.oddsHistory);
      const { items } = history.body;
      expect(items[0]!.odds).toEqual(game.outcomes.map(({ odds }) => odds));
      expect(items.slice(-3).map(({ index }) => index)).toEqual(bets.map(({ index }) => index));
      expect(items.at(-1)!.odds).toEqual((await world().read(game.id)).outcomes.map(({ odds }) => odds));
      const since = await world().anyone.get<{ items: { index: number }[] }>(
        `${path}?consistency=linearizable&since=${bets[1]!.index}`,
      );
      expect(since.body.items).toEqual(items.slice(-2));
    });
  });

  describe("the life of a game", () => {
    it("goes through suspended and open to closed, and asking for what is changes nothing", async () => {
      const game = await world().game();
      const bettor = await world().richBettor();
      const body = betOn(game, "opt1", 100);
      const expectClosedTo = async (gameStatus: string) => {
        const problem = expectRefusal(await tryBet(bettor, body), 409, "betting_closed");
        expect(problem["gameStatus"]).toBe(gameStatus);
      };
      let version = game.version;
      const step = async (name: string, status: string, changes: boolean) => {
        version += changes ? 1 : 0;
        const answer = await world().act(game.id, name, { reason: "as planned" });
        commandIndex(answer);
        expectForm(answer.body, form.game);
        expect(statusOf(answer.body)).toEqual({ status, version });
        return answer.body;
      };
      await step("resume", "open", false);
      const suspended = await step("suspend", "suspended", true);
      expect(suspended.outcomes).toEqual(game.outcomes.map((outcome) => ({ ...outcome, cap: 0 })));
      await expectClosedTo("suspended");
      await step("suspend", "suspended", false);
      const resumed = await step("resume", "open", true);
      expect(resumed.outcomes).toEqual(game.outcomes);
      await place(bettor, body);
      version += 1;
      await step("suspend", "suspended", true);
      const closed = await step("close", "closed", true);
      expect(closed.closedAt).toBeDefined();
      expect(closed.outcomes.every(({ cap, odds }) => cap === 0 && odds !== null)).toBe(true);
      await step("close", "closed", false);
      await expectClosedTo("closed");
      for (const name of ["suspend", "resume"]) {
        const answer = await admin().post(`/api/games/${game.id}/${name}`, {});
        expect(expectRefusal(answer, 409, "wrong_status")["gameStatus"]).toBe("closed");
      }
      expectStatus(await admin().post(`/api/games/${(await world().game()).id}/close`), 200);
    });

    it("is settled once, as previewed, and each winner is paid what was agreed", async () => {
      const game = await world().game();
      const [anna, ben, cleo] = await Promise.all([1, 2, 3].map(() => world().richBettor(100_000)));
      const wins = [
        await place(anna!, betOn(game, "opt1", 1_000)),
        await place(anna!, betOn(game, "opt1", 500)),
        await place(ben!, betOn(game, "opt1", 700)),
      ];
      const lost = await place(cleo!, betOn(game, "opt2", 2_000));
      const paid = wins.reduce((sum, { bet }) => sum + bet.potentialPayout, 0);
      const path = `/api/games/${game.id}`;
      const early = await admin().post(`${path}/settle`, { winner: "opt1" });
      commandIndex(early);
      expect(expectRefusal(early, 409, "wrong_status")["gameStatus"]).toBe("open");
      const before = await world().read(game.id);

      const preview = await world().act<Preview>(game.id, "settle/preview", { winner: "opt1" });
      expectForm(preview.body, form.preview);
      expect(preview.body).toMatchObject({ winners: 3, accounts: 2, paid, bookResult: 4_200 - paid });
      expect(await world().read(game.id)).toEqual(before);

      const late = await place(cleo!, betOn(game, "opt2", 100));
      await world().act(game.id, "close");
      const { previewHash } = preview.body;
      expectRefusal(
        await admin().post(`${path}/settle`, { winner: "opt1", previewHash }),
        409,
        "preview_stale",
      );
      const fresh = await world().act<Preview>(game.id, "settle/preview", { winner: "opt1" });
      expectRefusal(
        await admin().post(`${path}/settle`, { winner: "opt2", previewHash: fresh.body.previewHash }),
        409,
        "preview_stale",
      );
      for (const step of ["settle", "settle/preview"]) {
        expectRefusal(await admin().post(`${path}/${step}`, { winner: "opt3" }), 422, "unknown_outcome");
        expectRefusal(await admin().post(`${path}/${step}`, { winner: "nobody" }), 422, "unknown_outcome");
      }

      const settled = await world().act<Settled>(game.id, "settle", {
        winner: "opt1",
        previewHash: fresh.body.previewHash,
      });
      commandIndex(settled);
      expectForm(settled.body, form.settled);
      expect(settled.body).toMatchObject({ winners: 3, paid, bookResult: 4_300 - paid });
      expect(settled.body.game).toMatchObject({ status: "settled", winner: "opt1" });
      expect(settled.body.game.settledAt).toBeDefined();
      expect(settled.body.game.version).toBe(before.version + 3);
      expect(await balanceOf(anna!)).toMatchObject({
        balance: 100_000 - 1_500 + wins[0]!.bet.potentialPayout + wins[1]!.bet.potentialPayout,
        openStake: 0,
      });
      expect(await balanceOf(cleo!)).toMatchObject({ balance: 100_000 - 2_100, openStake: 0 });
      const read = await anna!.http.get<Bet>(`/api/bets/${wins[0]!.bet.id}`);
      expectForm(read.body, form.betDetail);
      expect(read.body).toMatchObject({
        status: "won",
        payout: wins[0]!.bet.potentialPayout,
        gameStatus: "settled",
      });
      for (const { bet } of [lost, late]) {
        const mine = await cleo!.http.get<Bet>(`/api/bets/${bet.id}`);
        expect(mine.body).toMatchObject({ status: "lost", payout: 0 });
      }

      const again = await world().act<Settled>(game.id, "settle", { winner: "opt1" });
      expect(again.body).toEqual(settled.body);
      const other = await admin().post(`${path}/settle`, { winner: "opt2" });
      commandIndex(other);
      expect(expectRefusal(other, 409, "already_settled")["winner"]).toBe("opt1");
      for (const [step, body] of [
        ["settle/preview", { winner: "opt1" }],
        ["suspend", {}],
        ["resume", {}],
        ["close", {}],
        ["void", {}],
      ] as const) {
        const answer = await admin().post(`${path}/${step}`, body);
        expect(expectRefusal(answer, 409, "wrong_status")["gameStatus"]).toBe("settled");
      }
      const problem = expectRefusal(await tryBet(anna!, betOn(game, "opt1", 1)), 409, "betting_closed");
      expect(problem["gameStatus"]).toBe("settled");
    });

    it("is settled anew when the result was wrong, even if a balance falls below zero by it", async () => {
      const game = await world().game();
      const [anna, ben] = await Promise.all([1, 2].map(() => world().bettor()));
      const first = await place(anna!, betOn(game, "opt1", 3_000));
      const second = await place(ben!, betOn(game, "opt2", 2_000));
      const path = `/api/games/${game.id}`;
      const body = { winner: "opt2", reason: "the judges changed their minds" };
      await world().act(game.id, "close");
      expectRefusal(await admin().post(`${path}/resettle`, body), 409, "wrong_status");
      await world().act(game.id, "settle", { winner: "opt1" });
      const rich = 10_000 - 3_000 + first.bet.potentialPayout;
      expectStatus(await anna!.http.post("/api/withdrawals", { amount: rich }, { key: newKey() }), 201);

      expectRefusal(await admin().post(`${path}/resettle`, { winner: "opt2" }), 400, "invalid_request");
      expectRefusal(
        await admin().post(`${path}/resettle`, { ...body, winner: "opt9" }),
        422,
        "unknown_outcome",
      );
      const resettled = await world().act<Settled>(game.id, "resettle", body);
      expectForm(resettled.body, form.settled);
      const paid = second.bet.potentialPayout;
      expect(resettled.body).toMatchObject({ winners: 1, paid, bookResult: 5_000 - paid });
      expect(resettled.body.game).toMatchObject({ status: "settled", winner: "opt2" });
      const again = await world().act<Settled>(game.id, "resettle", body);
      expect(again.body).toEqual(resettled.body);

      const below = -first.bet.potentialPayout;
      expect(await balanceOf(anna!)).toMatchObject({ balance: below, openStake: 0 });
      expect(await balanceOf(ben!)).toMatchObject({ balance: 10_000 - 2_000 + paid });
      expect((await anna!.http.get<Bet>(`/api/bets/${first.bet.id}`)).body).toMatchObject({
        status: "lost",
        payout: 0,
      });
      expect((await ben!.http.get<Bet>(`/api/bets/${second.bet.id}`)).body).toMatchObject({
        status: "won",
        payout: paid,
      });
      const open = await world().game();
      for (const answer of [
        await tryBet(anna!, betOn(open, "opt1", 10)),
        await anna!.http.post("/api/withdrawals", { amount: 1 }, { key: newKey() }),
      ]) {
        expect(expectRefusal(answer, 422, "insufficient_balance")["balance"]).toBe(below);
      }
      await deposit(anna!, -below + 100);
      await place(anna!, betOn(open, "opt1", 100));
      const ledger =
        await anna!.http.get<Page<{ cause: string; amount: number; balance: number }>>("/api/transactions");
      expect(
        ledger.body.items.some(({ cause, balance }) => cause === "adjustment" && balance === below),
      ).toBe(true);
      const stale = await admin().post(`${path}/settle`, { winner: "opt1" });
      expect(expectRefusal(stale, 409, "already_settled")["winner"]).toBe("opt2");
    });

    it("is voided with all stakes back, from any status before the result", async () => {
      for (const steps of [[], ["suspend"], ["close"]]) {
        const game = await world().game();
        const bettor = await world().bettor();
        const { bet } = await place(bettor, betOn(game, "opt1", 4_000));
        for (const step of steps) await world().act(game.id, step);
        const voided = await world().act(game.id, "void", { reason: "rain" });
        expectForm(voided.body, form.game);
        expect(voided.body.status).toBe("voided");
        expect(await balanceOf(bettor)).toMatchObject({ balance: 10_000, openStake: 0 });
        expect((await bettor.http.get<Bet>(`/api/bets/${bet.id}`)).body).toMatchObject({
          status: "void",
          payout: 4_000,
        });
        const again = await world().act(game.id, "void");
        expect(again.body).toEqual(voided.body);
        for (const [step, body] of [
          ["settle", { winner: "opt1" }],
          ["settle/preview", { winner: "opt1" }],
          ["resettle", { winner: "opt1", reason: "why" }],
          ["suspend", {}],
          ["resume", {}],
          ["close", {}],
        ] as const) {
          const answer = await admin().post(`/api/games/${game.id}/${step}`, body);
          expect(expectRefusal(answer, 409, "wrong_status")["gameStatus"]).toBe("voided");
        }
      }
    });

    it("ends by itself at closesAt", async () => {
      const closesAt = new Date(Date.now() + 1_500).toISOString();
      const game = await world().game({ closesAt });
      const bettor = await world().bettor();
      const closed = await waitFor("the game is closed", async () => {
        const now = await world().read(game.id);
        return now.status === "closed" && now;
      });
      expect(closed.version).toBe(game.version + 1);
      expect(Date.parse(closed.closedAt!)).toBeGreaterThanOrEqual(Date.parse(closesAt));
      const problem = expectRefusal(await tryBet(bettor, betOn(game, "opt1", 1)), 409, "betting_closed");
      expect(problem["gameStatus"]).toBe("closed");
    });
  });
}
