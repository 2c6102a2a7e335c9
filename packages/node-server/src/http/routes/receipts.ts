// Proofs: checkpoints of the history, that one begins with another, and a bettor's receipts.
import { betId } from "@quorumbook/betting-core";
import {
  CheckpointAnswer,
  ConsistencyAnswer,
  ReceiptAnswer,
  ReceiptKeyAnswer,
} from "../../contract/answers.ts";
import { invalidField } from "../../contract/invalid-field.ts";
import { ConsistencyQuery, IdParams, ReadQuery } from "../../contract/requests.ts";
import type { Services } from "../../services.ts";
import type { App } from "../app.ts";
import { askerOf, readAt } from "../request-hooks.ts";
import { betNotFound } from "./bets.ts";

export function receiptRoutes(app: App, services: Services): void {
  const { machine, notary } = services;

  app.get(
    "/api/receipt-key",
    {
      schema: {
        summary: "The public key that checkpoints are signed with",
        querystring: ReadQuery,
        response: { 200: ReceiptKeyAnswer },
      },
    },
    (_request, reply) => {
      reply.send({ key: notary.verifierKey });
    },
  );

  app.get(
    "/api/checkpoint",
    {
      schema: {
        summary: "Size and root of the history, signed",
        querystring: ReadQuery,
        response: { 200: CheckpointAnswer },
      },
    },
    async (_request, reply) => {
      const { size, root, note } = await notary.checkpoint();
      return reply.send({ size, root: base64(root), note });
    },
  );

  app.get(
    "/api/checkpoint/consistency",
    {
      schema: {
        summary: "Proof that the history of one size begins with that of another",
        querystring: ConsistencyQuery,
        response: { 200: ConsistencyAnswer },
      },
    },
    async (request, reply) => {
      const { from = 1, to } = request.query;
      const { size } = await notary.checkpoint();
      const { history } = machine.book;
      const larger = to ?? size;
      if (larger > history.size) throw invalidField("/to", `must not be above ${history.size}`);
      if (from > larger) throw invalidField("/from", `must not be above ${larger}`);
      return reply.send({ from, to: larger, path: history.proveConsistency(from, larger).map(base64) });
    },
  );

  app.get(
    "/api/bets/:id/receipt",
    {
      schema: {
        summary: "Proof that an own bet is in the history",
        params: IdParams,
        querystring: ReadQuery,
        response: { 200: ReceiptAnswer },
      },
      config: { access: "user" },
    },
    async (request, reply) => {
      const { id } = request.params;
      if (machine.book.bet(betId(id))?.userId !== askerOf(request).actor) throw betNotFound(id);
      const receipt = await notary.receipt(betId(id));
      if (receipt === undefined) throw betNotFound(id);
      readAt(reply, services);
      return reply.send({ ...receipt, path: [...receipt.path] });
    },
  );
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
