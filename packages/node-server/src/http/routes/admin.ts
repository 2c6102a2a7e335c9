// The house's money and what was done with it, for admins.
import { amount, betId, gameId } from "@quorumbook/betting-core";
import {
  AuditPage,
  BetDetailAnswer,
  BookAnswer,
  ExposureAnswer,
  StatementPage,
  TermsAnswer,
} from "../../contract/answers.ts";
import {
  BankrollBody,
  IdParams,
  NoQuery,
  PageQuery,
  ReadQuery,
  VoidBetBody,
} from "../../contract/requests.ts";
import { timeToWire } from "../../contract/times.ts";
import type { Services } from "../../services.ts";
import { arbitrageAnswer } from "../../views/arbitrage-answer.ts";
import { auditAnswer } from "../../views/audit-answer.ts";
import { betDetailAnswer } from "../../views/bet-answer.ts";
import type { App } from "../app.ts";
import { pageAnswer, pageQuery } from "../paging.ts";
import { accepted, askerOf, readAt } from "../request-hooks.ts";
import { betNotFound } from "./bets.ts";
import { gameNotFound } from "./games.ts";

export function adminRoutes(app: App, services: Services): void {
  const { machine, gateway } = services;
  const config = { access: "admin" } as const;

  app.get(
    "/api/admin/book",
    {
      schema: { summary: "The house's money", querystring: ReadQuery, response: { 200: BookAnswer } },
      config,
    },
    (_request, reply) => {
      readAt(reply, services);
      reply.send(bookNow(services));
    },
  );

  app.post(
    "/api/admin/bankroll",
    {
      schema: {
        summary: "Adds house money",
        body: BankrollBody,
        querystring: NoQuery,
        response: { 200: BookAnswer },
      },
      config: { access: "admin", key: "optional" },
    },
    async (request, reply) => {
      const { amount: added, reason } = request.body;
      const applied = await gateway.submit(
        {
          type: "addBankroll",
          ...askerOf(request),
          amount: amount(added),
          reason,
        },
        request.deadline,
      );
      accepted(reply, applied);
      readAt(reply, services);
      return reply.send(bookNow(services));
    },
  );

  app.get(
    "/api/admin/statement",
    {
      schema: {
        summary: "The house's own ledger, newest first",
        querystring: PageQuery,
        response: { 200: StatementPage },
      },
      config,
    },
    (request, reply) => {
      readAt(reply, services);
      const page = machine.book.houseStatement(pageQuery(request.query));
      reply.send(pageAnswer(page, (row) => ({ ...row, at: timeToWire(row.at) })));
    },
  );

  app.post(
    "/api/admin/bets/:id/void",
    {
      schema: {
        summary: "Voids one bet of a game without a result: its stake goes back",
        params: IdParams,
        body: VoidBetBody,
        querystring: NoQuery,
        response: { 200: BetDetailAnswer },
      },
      config: { access: "admin", key: "optional" },
    },
    async (request, reply) => {
      const { reason, force } = request.body;
      const id = betId(request.params.id);
      const applied = await gateway.submit(
        {
          type: "voidBet",
          ...askerOf(request),
          betId: id,
          reason,
          ...(force === true ? { force } : {}),
        },
        request.deadline,
      );
      accepted(reply, applied);
      readAt(reply, services);
      const bet = machine.book.bet(id);
      if (bet === undefined) throw betNotFound(request.params.id);
      return reply.send(betDetailAnswer(bet));
    },
  );

  app.get(
    "/api/admin/games/:id/exposure",
    {
      schema: {
        summary: "What the house may lose on a game",
        params: IdParams,
        querystring: ReadQuery,
        response: { 200: ExposureAnswer },
      },
      config,
    },
    (request, reply) => {
      readAt(reply, services);
      const id = gameId(request.params.id);
      const exposure = machine.book.exposure(id);
      const game = machine.book.game(id);
      if (exposure === undefined || game === undefined) throw gameNotFound(request.params.id);
      const arbitrage = arbitrageAnswer(game);
      const { margin, worstCase, outcomes, warnings } = exposure;
      reply.send({
        margin,
        worstCase,
        outcomes: outcomes.map(({ key, staked, liability, result }) => ({ key, staked, liability, result })),
        warnings: [...warnings],
        ...(arbitrage === undefined ? {} : { arbitrage }),
      });
    },
  );

  app.get(
    "/api/admin/games/:id/terms",
    {
      schema: {
        summary: "The terms that a game was opened with",
        params: IdParams,
        querystring: ReadQuery,
        response: { 200: TermsAnswer },
      },
      config,
    },
    (request, reply) => {
      readAt(reply, services);
      const game = machine.book.game(gameId(request.params.id));
      if (game === undefined) throw gameNotFound(request.params.id);
      const { strategy, virtualStake, commissionBp, margin, tick, prior } = game.pricing;
      reply.send({
        strategy,
        virtualStake,
        commissionBp,
        margin,
        tick,
        ...(prior === undefined ? {} : { prior: [...prior] }),
      });
    },
  );

  app.get(
    "/api/admin/audit",
    {
      schema: {
        summary: "What admins and the system did, newest first",
        querystring: PageQuery,
        response: { 200: AuditPage },
      },
      config,
    },
    (request, reply) => {
      readAt(reply, services);
      reply.send(pageAnswer(machine.book.audit(pageQuery(request.query)), auditAnswer));
    },
  );
}

function bookNow({ machine, gateway }: Services) {
  const { house, escrow, balances, openingBankroll, deposits, withdrawals, exposure, openGames } =
    machine.book.totals();
  const index = gateway.index;
  return { index, house, escrow, balances, openingBankroll, deposits, withdrawals, exposure, openGames };
}
