// Every message of the WebSocket, at the node that is asked.
import { expect } from "vitest";
import { expectStatus } from "../support/http.ts";
import { betOn, type Game, newKey } from "../support/people.ts";
import { expectForm } from "../support/shape.ts";
import { type Message, Socket } from "../support/socket.ts";
import { waitFor } from "../support/wait-for.ts";
import { messages } from "../suites/sockets.ts";
import type { Stop } from "./stop.ts";

export async function tourSocket(stop: Stop): Promise<void> {
  const { node, bettorToken, adminToken, admin, operator, logBook, leader } = stop;
  await using socket = await Socket.open(node.wsPort);
  await using resumed = await Socket.open(node.wsPort);
  const ask = async (message: Message, answer: string): Promise<Record<string, unknown>> => {
    logBook.said.add(message.type);
    return socket.ask(message, answer);
  };
  // The bettor of this stop has excluded itself by now; the admin may bet as anybody.
  const authenticated = await ask({ type: "authenticate", token: adminToken }, "authenticated");
  await ask({ type: "subscribe", games: "all" }, "subscribed");
  const { index } = await socket.next("snapshot");
  await ask({ type: "ping" }, "pong");
  await ask({ type: "nonsense" }, "error");

  const body = { question: "Socket?", category: "real", outcomes: ["a", "b"] };
  const { id } = (await admin.post<Game>("/api/games", body)).body;
  const doomed = (await admin.post<Game>("/api/games", body)).body.id;
  const bet = { type: "placeBet", requestId: newKey(), ...betOn({ id }, "opt1", 100) };
  await ask(bet, "betConfirmed");
  await ask({ ...bet, requestId: newKey(), ...betOn({ id }, "opt9", 100) }, "betRejected");
  const third = (await admin.post<Game>("/api/games", { ...body, outcomes: ["a", "b", "c"] })).body.id;
  expectStatus(await admin.post(`/api/games/${third}/withdraw`, { outcome: "opt3", reason: "tour" }), 200);
  for (const step of ["suspend", "resume", "close"]) {
    expectStatus(await admin.post(`/api/games/${id}/${step}`, {}), 200);
  }
  expectStatus(await admin.post(`/api/games/${id}/settle`, { winner: "opt1" }), 200);
  expectStatus(await admin.post(`/api/games/${doomed}/void`, {}), 200);
  const other = leader === "node1" ? "node2" : "node1";
  await waitFor("leadership goes and comes back", async () => {
    const there = await operator.post("/api/cluster/leader", { nodeId: other });
    return there.status === 200;
  });
  await waitFor("leadership goes and comes back", async () => {
    const back = await operator.post("/api/cluster/leader", { nodeId: leader });
    return back.status === 200;
  });
  for (const type of ["betSettled", "balanceChanged", "bookChanged", "clusterChanged", "gameVoided"]) {
    await waitFor(`${type} came`, () => socket.all(type).length > 0);
  }
  await ask({ type: "unsubscribe" }, "unsubscribed");

  // A second connection asks for what the first one has heard: the same, marked.
  resumed.send({ type: "subscribe", games: "all", from: index });
  resumed.send({ type: "authenticate", token: adminToken, from: authenticated["index"] });
  await resumed.settle();
  const heard = socket.all(
    "gameCreated",
    "gameSuspended",
    "gameResumed",
    "gameClosed",
    "outcomeWithdrawn",
    "gameSettled",
    "gameVoided",
  );
  const replayed = resumed.all(...new Set(heard.map(({ type }) => type)));
  expect(replayed).toEqual(heard.map((message) => ({ ...message, replay: true })));
  const personal = ["betConfirmed", "betSettled", "balanceChanged"];
  expect(resumed.all(...personal)).toEqual(
    socket.all(...personal).map((message) => ({ ...message, replay: true })),
  );
  const future = { type: "authenticate", token: bettorToken, from: 9_000_000_000 };
  await resumed.ask(future, "personalSnapshot");

  for (const message of [...socket.inbox, ...resumed.inbox]) {
    logBook.heard.add(message.type);
    const known = messages[message.type];
    if (known !== undefined) expectForm(message, known);
    else expect(message.type).toBe("betRejected");
  }
}
