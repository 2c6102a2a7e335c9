// What an operator does on the cluster page, against the real system: members, leadership, figures.
import { expect, test } from "vitest";
import { bet, register } from "./support/browser.ts";
import { eventually, startSuite } from "./support/suite.ts";

const suite = startSuite();

test("each node's card tells how it is doing, and commits are charted without anybody asking", async () => {
  const { admin } = suite;
  const asked: string[] = [];
  await admin.goto("/cluster");
  await admin.getByTestId("commits").locator("canvas").waitFor();
  admin.on("request", (request) => asked.push(request.url()));
  const anna = await suite.open();
  await register(anna);
  const gameId = await suite.newGame(["Yes", "No"]);
  await admin.goto("/cluster");
  await admin.getByTestId("commits").locator("canvas").waitFor();
  asked.length = 0;
  await anna.goto(`/games/${gameId}`);
  await bet(anna, gameId, "opt1", "2");
  await eventually(() => admin.getByTestId("commits").textContent()).toMatch(
    /p50 [\d.]+ ms, p99 [\d.]+ ms of \d+/,
  );
  for (const node of ["node1", "node2", "node3"]) {
    const card = admin.getByTestId(`node-${node}`);
    const text = (await card.textContent()) ?? "";
    for (const word of [
      "Lag",
      "Waiting for commit",
      "WebSockets",
      "Snapshot",
      "just now",
      "0.1.0",
      "State hash",
    ]) {
      expect(text).toContain(word);
    }
  }
  // All that moved meanwhile was pushed.
  expect(asked).toEqual([]);
  await admin.getByRole("button", { name: "Take snapshot" }).click();
  await eventually(async () => {
    const cards = await admin.locator("li.node").allTextContents();
    return cards.some((text) => /Snapshot[1-9]/.test(text));
  }).toBe(true);
});

test("a state hash that the others have is green", async () => {
  const { admin } = suite;
  await admin.goto("/cluster");
  await eventually(async () => {
    await admin.getByRole("button", { name: "Refresh" }).click();
    const classes = await admin
      .locator("[data-testid^=digest-]")
      .evaluateAll((cells) => cells.map((cell) => cell.className));
    return classes;
  }).toEqual(["gain", "gain", "gain"]);
});

test("leadership goes to the node whose button is pressed", async () => {
  const { admin } = suite;
  await admin.goto("/cluster");
  const follower = admin
    .locator("li.node", { has: admin.getByRole("button", { name: "Make leader" }) })
    .first();
  const name = await follower.getByRole("heading").textContent();
  const card = admin.getByTestId(`node-${name}`);
  await card.getByRole("button", { name: "Make leader" }).click();
  await admin.getByText(`Leadership goes to ${name}.`).waitFor();
  await eventually(() => card.locator(".badge").textContent()).toBe("leader");
  // Who leads is handed nothing; the one that led before can be.
  expect(await card.getByRole("button", { name: "Make leader" }).count()).toBe(0);
});

test("a node is added without a vote, and taken out again, after asking", async () => {
  const { admin } = suite;
  await admin.goto("/cluster");
  await admin.getByText("Add a node").click();
  await admin.getByLabel("Node id").fill("node9");
  await admin.getByLabel("Address of its Raft transport").fill("127.0.0.1:9");
  await admin.getByRole("button", { name: "Add without a vote" }).click();
  const card = admin.getByTestId("node-node9");
  await card.waitFor();
  expect(await card.textContent()).toContain("Unreachable");

  await card.getByRole("button", { name: "Take out" }).click();
  await admin.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  await eventually(() => admin.getByRole("dialog").count()).toBe(0);
  expect(await card.count()).toBe(1);
  await card.getByRole("button", { name: "Take out" }).click();
  // By keyboard: the dialogue has the focus, and gives it back.
  await admin.getByRole("dialog").getByRole("button", { name: "Take out" }).focus();
  await admin.keyboard.press("Enter");
  await admin.getByText("node9 is no longer a member.").waitFor();
  await eventually(() => card.count()).toBe(0);
});

test("a bettor sees the cluster, and neither buttons nor figures", async () => {
  const anna = await suite.open("/", { viewport: { width: 390, height: 844 } });
  await register(anna);
  await anna.goto("/cluster");
  const card = anna.getByTestId("node-node1");
  await card.waitFor();
  expect(await card.getByRole("button").count()).toBe(0);
  expect(await card.textContent()).not.toContain("WebSockets");
  const overflow = await anna.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
});

test("through all of this no page threw, broke its content policy or asked another origin", () => {
  expect(suite.faults()).toEqual([]);
});
