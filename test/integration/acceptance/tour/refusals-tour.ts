// Every refusal that a healthy cluster can be brought to, each at the node that is asked.
import { expectRefusal, expectStatus } from "../support/http.ts";
import { betOn, type Game, newKey } from "../support/people.ts";
import type { Stop } from "./stop.ts";

const keyed = () => ({ key: newKey() });
const FAR = 9_000_000_000;

export async function tourRefusals(stop: Stop): Promise<void> {
  // The node waits two seconds for that index: meanwhile the others.
  const behind = stop.anyone.get("/api/games", { headers: { "book-min-index": String(FAR) } });
  await beforeTheLog(stop);
  await ofBets(stop);
  await ofGames(stop);
  await ofMembers(stop);
  expectRefusal(await behind, 503, "replica_behind");
}

async function beforeTheLog({ anyone, bettor }: Stop): Promise<void> {
  expectRefusal(await bettor.post("/api/deposits", { amount: 0 }, keyed()), 400, "invalid_request");
  expectRefusal(await bettor.post("/api/deposits", { amount: 1 }), 400, "idempotency_key_required");
  expectRefusal(await anyone.get("/api/balance"), 401, "unauthenticated");
  expectRefusal(await bettor.get("/api/admin/book"), 403, "forbidden");
  expectRefusal(await anyone.get("/api/nothing"), 404, "not_found");
  const raw = `{"amount":${" ".repeat(70_000)}1}`;
  expectRefusal(
    await bettor.send("POST", "/api/deposits", undefined, { ...keyed(), raw }),
    413,
    "payload_too_large",
  );
  const headers = { "content-type": "text/plain" };
  const text = { ...keyed(), raw: "amount=1", headers };
  expectRefusal(await bettor.send("POST", "/api/deposits", undefined, text), 415, "unsupported_media_type");
}

async function ofBets({ bettor, admin, anyone }: Stop): Promise<void> {
  const open = async (pricing = {}): Promise<number> => {
    const body = { question: "Refused?", category: "real", outcomes: ["a", "b"], pricing };
    const made = await admin.post<Game>("/api/games", body);
    expectStatus(made, 201);
    return made.body.id;
  };
  const id = await open();
  const odds = (await anyone.get<Game>(`/api/games/${id}`)).body.outcomes[0]?.odds ?? 0;
  const refused = async (body: object, status: number, code: string): Promise<void> => {
    expectRefusal(await bettor.post("/api/bets", body, keyed()), status, code);
  };
  await refused(betOn({ id: FAR }, "opt1", 100), 404, "game_not_found");
  await refused(betOn({ id }, "opt9", 100), 422, "unknown_outcome");
  // With a commission of all but everything there is nothing to win.
  await refused(betOn({ id: await open({ commissionBp: 9_999 }) }, "opt1", 100), 422, "outcome_not_offered");
  await refused({ ...betOn({ id }, "opt1", 100), odds: 1.505 }, 400, "invalid_odds");
  await refused({ gameId: id, outcome: "opt1", stake: 100, odds: odds + 1 }, 409, "odds_changed");
  await refused(betOn({ id }, "opt1", 1), 422, "stake_too_small");
  await refused(betOn({ id }, "opt1", 100_000_000), 422, "stake_above_cap");
  const withdrawal = { amount: 100_000_000 };
  expectRefusal(await bettor.post("/api/withdrawals", withdrawal, keyed()), 422, "insufficient_balance");
  expectRefusal(await bettor.get(`/api/bets/${FAR}`), 404, "bet_not_found");

  const key = newKey();
  expectStatus(await bettor.post("/api/deposits", { amount: 1 }, { key }), 201);
  expectRefusal(await bettor.post("/api/deposits", { amount: 2 }, { key }), 409, "idempotency_conflict");

  const limits = { deposit: { day: 1 }, stake: {}, loss: {} };
  expectStatus(await bettor.put("/api/limits", limits, keyed()), 200);
  expectRefusal(await bettor.post("/api/deposits", { amount: 2 }, keyed()), 403, "limit_reached");
  const excludedUntil = new Date(Date.now() + 86_400_000).toISOString();
  expectStatus(await bettor.put("/api/limits", { ...limits, excludedUntil }, keyed()), 200);
  await refused(betOn({ id }, "opt1", 100), 403, "excluded");

  expectStatus(await admin.post(`/api/games/${id}/close`, {}), 200);
  await refused(betOn({ id }, "opt1", 100), 409, "betting_closed");
}

async function ofGames({ admin }: Stop): Promise<void> {
  const body = { question: "Refused?", category: "real", outcomes: ["a", "b"] };
  const pricing = { margin: 100_000_000_000 };
  expectRefusal(await admin.post("/api/games", { ...body, pricing }), 422, "house_underfunded");
  const game = `/api/games/${(await admin.post<Game>("/api/games", body)).body.id}`;
  expectRefusal(await admin.post(`${game}/settle`, { winner: "opt1" }), 409, "wrong_status");
  expectStatus(await admin.post(`${game}/close`, {}), 200);
  const stale = { winner: "opt1", previewHash: "stale" };
  expectRefusal(await admin.post(`${game}/settle`, stale), 409, "preview_stale");
  expectStatus(await admin.post(`${game}/settle`, { winner: "opt1" }), 200);
  expectRefusal(await admin.post(`${game}/settle`, { winner: "opt2" }), 409, "already_settled");
}

async function ofMembers({ operator, leader }: Stop): Promise<void> {
  const address = "127.0.0.1:1";
  expectRefusal(
    await operator.post("/api/cluster/learners", { nodeId: leader, address }),
    409,
    "membership_invalid",
  );
}
