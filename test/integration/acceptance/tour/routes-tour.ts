// Every route of a game node, in the order in which somebody would use them, and what it answers when all is well.
import { createHash } from "node:crypto";
import { expect } from "vitest";
import * as form from "../support/forms.ts";
import { type Answer, bookIndex, commandIndex, expectRefusal, expectStatus } from "../support/http.ts";
import { betOn, type Game, newKey, type Placed } from "../support/people.ts";
import { expectForm, type Form, object, text } from "../support/shape.ts";
import type { Stop } from "./stop.ts";

const keyed = () => ({ key: newKey() });

export async function tourRoutes(stop: Stop): Promise<void> {
  const gameId = await bettor(stop);
  await admin(stop, gameId);
  await drawn(stop);
  await anyone(stop, gameId);
  await operator(stop);
}

function holds(answer: Answer<unknown>, status: number, of: Form): void {
  expectStatus(answer, status);
  expectForm(answer.body, of);
}

/** A write: answered at no less than the index of the entry that decided it. */
function wrote(answer: Answer<unknown>, status: number, of: Form): void {
  holds(answer, status, of);
  expect(bookIndex(answer)).toBeGreaterThanOrEqual(commandIndex(answer));
}

async function bettor({ bettor: http, admin, name }: Stop): Promise<number> {
  holds(await http.get("/api/balance", { headers: { "x-request-id": `tour-${name}` } }), 200, form.balance);
  wrote(await http.post("/api/deposits", { amount: 1_000 }, keyed()), 201, form.booked);
  wrote(await http.post("/api/withdrawals", { amount: 500 }, keyed()), 201, form.booked);
  const body = { question: `Tour ${name}?`, category: "virtual", outcomes: ["Yes", "No"] };
  const game = await admin.post<Game>("/api/games", body);
  wrote(game, 201, form.game);
  const { id } = game.body;
  const key = newKey();
  const placed = await http.post<Placed>("/api/bets", betOn({ id }, "opt1", 100), { key });
  wrote(placed, 201, form.placed);
  const again = await http.post<Placed>("/api/bets", betOn({ id }, "opt1", 100), { key });
  expect([again.status, again.body.bet, commandIndex(again)]).toEqual([
    201,
    placed.body.bet,
    commandIndex(placed),
  ]);
  const minIndex = { headers: { "book-min-index": String(commandIndex(placed)) } };
  holds(await http.get(`/api/bets?gameId=${id}&status=open`, minIndex), 200, form.page(form.betDetail));
  holds(await http.get(`/api/bets/${placed.body.bet.id}?consistency=linearizable`), 200, form.betDetail);
  holds(await http.get(`/api/bets/${placed.body.bet.id}/receipt`, minIndex), 200, form.receipt);
  const spare = await admin.post<Game>("/api/games", { ...body, category: "real" });
  const wrong = await http.post<Placed>("/api/bets", betOn({ id: spare.body.id }, "opt1", 100), keyed());
  const voiding = `/api/admin/bets/${wrong.body.bet.id}/void`;
  wrote(await admin.post(voiding, { reason: "tour" }), 200, form.betDetail);
  const cheap = { ...body, category: "real", outcomes: ["a", "b", "c"], pricing: { commissionBp: 500 } };
  const market = (await admin.post<Game>("/api/games", cheap)).body;
  const own = await http.post<Placed>("/api/bets", betOn(market, "opt1", 100), keyed());
  const selling = `/api/bets/${own.body.bet.id}/cash-out`;
  const quote = await http.get<{ price: number }>(selling);
  holds(quote, 200, form.cashOutQuote);
  wrote(await http.post(selling, { price: quote.body.price, accept: "better" }, keyed()), 200, form.placed);
  const leaving = { outcome: "opt3", reason: "tour" };
  wrote(await admin.post(`/api/games/${market.id}/withdraw`, leaving), 200, form.game);
  holds(await http.get("/api/transactions?limit=2"), 200, form.page(form.transaction));
  const limits = { deposit: { day: 100_000 }, stake: {}, loss: {} };
  wrote(await http.put("/api/limits", limits, keyed()), 200, form.limits);
  holds(await http.get("/api/limits"), 200, form.limits);
  return id;
}

async function admin({ admin: http }: Stop, id: number): Promise<void> {
  const game = `/api/games/${id}`;
  wrote(await http.post(`${game}/suspend`, { reason: "tour" }), 200, form.game);
  wrote(await http.post(`${game}/resume`, {}), 200, form.game);
  holds(await http.post(`${game}/settle/preview`, { winner: "opt1" }), 200, form.preview);
  wrote(await http.post(`${game}/close`, {}), 200, form.game);
  wrote(await http.post(`${game}/settle`, { winner: "opt1" }), 200, form.settled);
  wrote(await http.post(`${game}/resettle`, { winner: "opt2", reason: "tour" }), 200, form.settled);
  const other = await http.post<Game>("/api/games", {
    question: "Void?",
    category: "real",
    outcomes: ["a", "b"],
  });
  wrote(await http.post(`/api/games/${other.body.id}/void`, {}), 200, form.game);
  holds(await http.get("/api/admin/book"), 200, form.book);
  wrote(await http.post("/api/admin/bankroll", { amount: 1, reason: "tour" }), 200, form.book);
  holds(await http.get(`/api/admin/games/${id}/exposure`), 200, form.exposure);
  expectStatus(await http.get(`/api/admin/games/${id}/terms`), 200);
  holds(await http.get("/api/admin/audit?limit=3"), 200, form.page(form.auditItem));
  holds(await http.get("/api/admin/statement?limit=3"), 200, form.page(form.movement));
}

async function drawn({ admin, bettor, anyone: http, name }: Stop): Promise<void> {
  const seeds = ["house", "partner"].map((party) => createHash("sha256").update(`${party} ${name}`).digest());
  const commitments = seeds.map((seed) => createHash("sha256").update(seed).digest("hex"));
  const draw = { commitments, revealBy: "2999-01-01T00:00:00Z" };
  const body = { question: `Draw ${name}?`, category: "virtual", outcomes: ["Red", "Black"], draw };
  const game = await admin.post<Game>("/api/games", body);
  wrote(game, 201, form.game);
  const path = `/api/games/${game.body.id}`;
  wrote(await admin.post(`${path}/close`, {}), 200, form.game);
  const [house, partner] = seeds.map((seed) => ({ seed: seed.toString("hex") }));
  wrote(await admin.post(`${path}/reveal`, house), 200, form.draw);
  const last = await bettor.post<{ winner?: string }>(`${path}/reveal`, partner);
  wrote(last, 200, form.draw);
  const minIndex = { headers: { "book-min-index": String(commandIndex(last)) } };
  const shown = await http.get<{ winner?: string }>(`${path}/draw`, minIndex);
  holds(shown, 200, form.draw);
  expect(shown.body.winner).toMatch(/^opt[12]$/);
}

async function anyone({ anyone: http, node, leader }: Stop, id: number): Promise<void> {
  holds(await http.get("/api/games?status=settled&category=virtual&q=tour"), 200, form.page(form.game));
  holds(await http.get(`/api/games/${id}`), 200, form.game);
  holds(await http.get(`/api/games/${id}/odds-history?since=1`), 200, form.oddsHistory);
  holds(await http.get("/api/receipt-key"), 200, form.receiptKey);
  holds(await http.get("/api/checkpoint"), 200, form.checkpoint);
  holds(await http.get("/api/checkpoint/consistency"), 200, form.consistency);
  const cluster = await http.get<{ nodeId: string; leader: string }>("/api/cluster?consistency=linearizable");
  holds(cluster, 200, form.cluster);
  expect(cluster.body).toMatchObject({ nodeId: node.nodeId, leader });
}

async function operator({ operator: http, name, leader }: Stop): Promise<void> {
  const spare = { nodeId: `spare-${name}`, address: "127.0.0.1:1" };
  const added = await http.post<{ nodes: { nodeId: string }[] }>("/api/cluster/learners", spare);
  expectStatus(added, 201);
  expect(added.body.nodes.map(({ nodeId }) => nodeId)).toContain(spare.nodeId);
  // Nobody is at that address: it cannot have caught up. Then it is taken out again, vote or none.
  const promoted = await http.post(`/api/cluster/members/${spare.nodeId}/promote`, {});
  expectRefusal(promoted, 409, "not_caught_up");
  holds(await http.send("DELETE", `/api/cluster/members/${spare.nodeId}`), 200, form.cluster);
  holds(await http.post("/api/cluster/leader", { nodeId: leader }), 200, form.cluster);
  holds(await http.post("/api/cluster/version", { version: 1 }), 200, form.cluster);
  expectRefusal(await http.post("/api/cluster/version", { version: 2 }), 409, "membership_invalid");
  holds(await http.post("/api/cluster/snapshot", {}), 200, object({ nodeId: text(), index: form.index }));
  const figures = await http.get("/api/cluster/figures");
  expectStatus(figures, 200);
  expect((figures.body as { nodes: unknown[] }).nodes).toHaveLength(3);
  const backup = await http.get("/api/cluster/backup");
  expectStatus(backup, 200);
  expect(backup.headers["content-type"]).toBe("application/octet-stream");
  expect(Number(backup.headers["content-length"])).toBeGreaterThan(0);
}
