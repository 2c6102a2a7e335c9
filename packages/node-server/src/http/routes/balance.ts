// A user's money: balance, deposits, withdrawals, ledger.
import { amount } from "@quorumbook/betting-core";
import { BalanceAnswer, BookedAnswer, TransactionsPage } from "../../contract/answers.ts";
import { AmountBody, NoQuery, PageQuery, ReadQuery } from "../../contract/requests.ts";
import { timeToWire } from "../../contract/times.ts";
import type { Services } from "../../services.ts";
import type { App } from "../app.ts";
import { pageAnswer, pageQuery } from "../paging.ts";
import { accepted, askerOf, readAt } from "../request-hooks.ts";

export function balanceRoutes(app: App, services: Services): void {
  const { machine, gateway } = services;

  app.get(
    "/api/balance",
    {
      schema: { summary: "Own balance", querystring: ReadQuery, response: { 200: BalanceAnswer } },
      config: { access: "user" },
    },
    (request, reply) => {
      const { actor } = askerOf(request);
      readAt(reply, services);
      const account = machine.book.account(actor);
      reply.send({
        userId: actor,
        balance: account?.balance ?? 0,
        openStake: account?.openStake ?? 0,
        seq: account?.seq ?? 0,
      });
    },
  );

  const booking = { body: AmountBody, querystring: NoQuery, response: { 201: BookedAnswer } };

  app.post(
    "/api/deposits",
    { schema: { summary: "Pays in", ...booking }, config: { access: "user", key: "required" } },
    async (request, reply) => {
      const applied = await gateway.submit(
        {
          type: "deposit",
          ...askerOf(request),
          amount: amount(request.body.amount),
        },
        request.deadline,
      );
      const { balance, seq } = accepted(reply, applied);
      return reply.code(201).send({ balance, seq, index: applied.commandIndex });
    },
  );

  app.post(
    "/api/withdrawals",
    { schema: { summary: "Pays out", ...booking }, config: { access: "user", key: "required" } },
    async (request, reply) => {
      const applied = await gateway.submit(
        {
          type: "withdraw",
          ...askerOf(request),
          amount: amount(request.body.amount),
        },
        request.deadline,
      );
      const { balance, seq } = accepted(reply, applied);
      return reply.code(201).send({ balance, seq, index: applied.commandIndex });
    },
  );

  app.get(
    "/api/transactions",
    {
      schema: {
        summary: "Own ledger, newest first",
        querystring: PageQuery,
        response: { 200: TransactionsPage },
      },
      config: { access: "user" },
    },
    (request, reply) => {
      readAt(reply, services);
      const page = machine.book.transactions(askerOf(request).actor, pageQuery(request.query));
      reply.send(pageAnswer(page, (row) => ({ ...row, at: timeToWire(row.at) })));
    },
  );
}
