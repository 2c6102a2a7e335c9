// The page against the real system, three nodes and all, as people use it.
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { bet, createGame, oddsOf, register } from "./support/browser.ts";
import { eventually, startSuite } from "./support/suite.ts";

const suite = startSuite();
const { open, newGame } = suite;
const balance = (page: Page) => page.getByTestId("balance");

describe("two bettors and an admin", () => {
  test("see a game appear, odds move, the bet settle and the balances change, without a reload", async () => {
    const [anna, bert] = await Promise.all([open(), open()]);
    await Promise.all([register(anna), register(bert)]);
    await eventually(() => anna.getByTestId("connection").textContent()).toBe("Live");
    const gameId = await newGame();
    await Promise.all([
      anna.getByTestId(`game-${gameId}`).waitFor(),
      bert.getByTestId(`game-${gameId}`).waitFor(),
    ]);

    const before = await oddsOf(bert, gameId, "opt1");
    await bet(anna, gameId, "opt1", "20");
    await anna.getByText(/Bet \d+ placed/).waitFor();
    await eventually(() => balance(anna).textContent()).toBe("80.00");
    await eventually(() => oddsOf(bert, gameId, "opt1")).toBeLessThan(before);
    // The movement is told in text too, not by colour alone.
    await eventually(() => bert.getByTestId(`outcome-${gameId}-opt1`).textContent()).toContain("down");
    await eventually(() => bert.getByTestId(`outcome-${gameId}-opt2`).textContent()).toContain("up");

    await bet(bert, gameId, "opt2", "10");
    await bert.getByText(/Bet \d+ placed/).waitFor();
    const entry = bert.getByTestId(`slip-${gameId}:opt2`);
    const promised = /returns ([\d.,]+)/.exec((await entry.textContent()) ?? "")?.[1] ?? "";

    await suite.admin.goto(`/admin/games/${gameId}`);
    await suite.admin.getByRole("button", { name: "Close betting" }).click();
    await suite.admin.getByRole("dialog").getByRole("button", { name: "Close betting" }).click();
    await suite.admin.getByRole("button", { name: "Settle" }).click();
    await suite.admin.getByTestId("settle-form").getByLabel("Draw").check();
    await suite.admin.getByRole("button", { name: "Preview" }).click();
    await eventually(() => suite.admin.getByTestId("settle-preview").textContent()).toContain(promised);
    await suite.admin.getByRole("button", { name: "Settle now" }).click();

    const expected = (90 + Number(promised)).toFixed(2);
    await eventually(() => balance(bert).textContent()).toBe(expected);
    await eventually(() => balance(anna).textContent()).toBe("80.00");
    await anna.getByText(/Bet \d+ lost/).waitFor();
    await bert.getByText(/Bet \d+ won/).waitFor();
    await bert.getByRole("link", { name: "My bets" }).first().click();
    await eventually(() => bert.getByTestId("bets").textContent()).toContain("Won");
  });

  test("a price that moved is asked about, with neither answer chosen, and the bet gets the odds agreed to", async () => {
    const [anna, bert] = await Promise.all([open(), open()]);
    await Promise.all([register(anna), register(bert)]);
    const gameId = await newGame();
    await anna.getByTestId(`outcome-${gameId}-opt1`).click();
    const entry = anna.getByTestId(`slip-${gameId}:opt1`);
    await entry.getByRole("textbox").fill("5");

    await bet(bert, gameId, "opt1", "60");
    await bert.getByText(/Bet \d+ placed/).waitFor();
    await entry.getByTestId("price-moved").waitFor();
    expect(await entry.getByRole("button", { name: /^Place bet/ }).isDisabled()).toBe(true);
    expect(await entry.getByRole("textbox").evaluate((field) => field === document.activeElement)).toBe(true);

    await entry.getByRole("button", { name: "Accept" }).click();
    const agreed = await oddsOf(anna, gameId, "opt1");
    await entry.getByRole("button", { name: /^Place bet/ }).click();
    await entry.getByText(/placed/).waitFor();
    expect(await entry.textContent()).toContain(`5.00 at ${agreed.toFixed(2)}`);
  });

  test("a suspended game is veiled for everyone at once, and comes back", async () => {
    const guest = await open();
    const gameId = await newGame();
    const card = guest.getByTestId(`game-${gameId}`);
    await card.waitFor();
    await suite.admin.goto(`/admin/games/${gameId}`);
    await suite.admin.getByRole("button", { name: "Suspend" }).click();
    await suite.admin.getByLabel("Reason").fill("goal");
    await suite.admin.getByRole("dialog").getByRole("button", { name: "Suspend" }).click();
    await card.getByText("Betting is suspended").waitFor();
    expect(await guest.getByTestId(`outcome-${gameId}-opt1`).isDisabled()).toBe(true);
    await suite.admin.getByRole("button", { name: "Resume" }).click();
    await suite.admin.getByRole("dialog").getByRole("button", { name: "Resume" }).click();
    await eventually(() => guest.getByTestId(`outcome-${gameId}-opt1`).isEnabled()).toBe(true);
  });
});

test("a wrong result is settled anew, and a void game gives the stakes back", async () => {
  const anna = await open();
  await register(anna);
  const settled = await newGame(["Yes", "No"]);
  await bet(anna, settled, "opt1", "10");
  await anna.getByText(/Bet \d+ placed/).waitFor();
  const returns = /returns ([\d.]+)/.exec(
    (await anna.getByTestId(`slip-${settled}:opt1`).textContent()) ?? "",
  )?.[1];
  await suite.admin.goto(`/admin/games/${settled}`);
  const act = async (action: string, inDialog: () => Promise<void>): Promise<void> => {
    await suite.admin.getByRole("button", { name: action, exact: true }).click();
    await inDialog();
    await suite.admin.getByRole("dialog").waitFor({ state: "detached" });
  };
  const dialog = suite.admin.getByRole("dialog");
  await act("Close betting", () => dialog.getByRole("button", { name: "Close betting" }).click());
  await act("Settle", async () => {
    await dialog.getByLabel("No").check();
    await dialog.getByRole("button", { name: "Preview" }).click();
    await dialog.getByRole("button", { name: "Settle now" }).click();
  });
  await anna.getByText(/Bet \d+ lost/).waitFor();
  await act("Settle anew", async () => {
    await dialog.getByLabel("Yes").check();
    await dialog.getByLabel("Reason").fill("typing error");
    await dialog.getByRole("button", { name: "Settle now" }).click();
  });
  const balanceAfter = (90 + Number(returns)).toFixed(2);
  await eventually(() => balance(anna).textContent()).toBe(balanceAfter);

  const voided = await newGame(["Yes", "No"]);
  await bet(anna, voided, "opt2", "20");
  await anna
    .getByText(/Bet \d+ placed/)
    .last()
    .waitFor();
  await suite.admin.goto(`/admin/games/${voided}`);
  await act("Void", async () => {
    await dialog.getByLabel("Reason").fill("abandoned");
    await dialog.getByRole("button", { name: "Void" }).click();
  });
  await anna.getByText(/is void: 20\.00 returned/).waitFor();
  await eventually(() => balance(anna).textContent()).toBe(balanceAfter);
  await suite.admin.goto("/admin/audit");
  await eventually(() => suite.admin.getByTestId("audit").textContent()).toContain("typing error");
});

test("a virtual game's draw is shown in motion to who watches, at rest to who comes later, and says who won", async () => {
  const watcher = await open();
  const gameId = await createGame(suite.admin, "Derby", ["Alpha", "Bravo", "Charlie"], "virtual");
  await watcher.goto(`/games/${gameId}`);
  const show = watcher.getByTestId("virtual-show");
  await show.getByText("The result is drawn after betting has closed.").waitFor();
  await suite.admin.goto(`/admin/games/${gameId}`);
  await suite.admin.getByRole("button", { name: "Close betting" }).click();
  await suite.admin.getByRole("dialog").getByRole("button", { name: "Close betting" }).click();
  await suite.admin.getByRole("button", { name: "Settle" }).click();
  await suite.admin.getByRole("dialog").getByLabel("Bravo").check();
  await suite.admin.getByRole("button", { name: "Preview" }).click();
  await suite.admin.getByRole("button", { name: "Settle now" }).click();
  await eventually(() => show.getAttribute("data-reveal")).toBe("running");
  expect(await show.textContent()).not.toContain("Bravo wins.");
  await show.getByText("Bravo wins.").waitFor();
  const later = await open(`/games/${gameId}`);
  await later.getByTestId("virtual-show").getByText("Bravo wins.").waitFor();
  expect(await later.getByTestId("virtual-show").getAttribute("data-reveal")).toBe("done");
});

test("an admin sees stakes come in, and what a bet would mean before it is made", async () => {
  const anna = await open();
  await register(anna);
  const gameId = await newGame(["Yes", "No"]);
  await suite.admin.goto("/admin");
  await suite.admin.getByTestId(`admin-game-${gameId}`).waitFor();
  await bet(anna, gameId, "opt1", "20");
  await anna.getByText(/Bet \d+ placed/).waitFor();
  const ticker = suite.admin.getByTestId("ticker");
  await eventually(() => ticker.textContent()).toMatch(/20\.00Yes Match/);
  await ticker.getByRole("textbox", { name: "From" }).fill("20.01");
  await eventually(() => ticker.getByRole("listitem").count()).toBe(0);
  await suite.admin.goto(`/admin/games/${gameId}`);
  const whatIf = suite.admin.getByTestId("what-if");
  await whatIf.getByLabel("Stake").fill("10");
  const promised = /It would pay ([\d.]+)\./.exec(
    (await whatIf.getByRole("status").textContent()) ?? "",
  )?.[1];
  await bet(anna, gameId, "opt1", "10");
  await eventually(() => anna.getByTestId(`slip-${gameId}:opt1`).textContent()).toContain(
    `returns ${promised}`,
  );
});

test("a guest sees games and odds live, and is asked to sign in to bet", async () => {
  const [guest, anna] = await Promise.all([open(), open()]);
  await register(anna);
  const gameId = await newGame();
  const before = await oddsOf(guest, gameId, "opt2");
  await bet(anna, gameId, "opt2", "30");
  await eventually(() => oddsOf(guest, gameId, "opt2")).toBeLessThan(before);
  await guest.getByTestId(`outcome-${gameId}-opt2`).click();
  await guest.getByTestId("slip").getByRole("link", { name: "Sign in to bet" }).waitFor();
});

test("labels are text, whatever they look like", async () => {
  const guest = await open();
  const gameId = await createGame(suite.admin, "<img src=x onerror=alert(1)>", [
    "<script>alert(2)</script>",
    "<b>bold</b>",
  ]);
  const card = guest.getByTestId(`game-${gameId}`);
  await eventually(() => card.textContent()).toContain("<img src=x onerror=alert(1)>");
  expect(await card.locator("img, script, b").count()).toBe(0);
  await guest.goto(`/games/${gameId}`);
  await expect
    .poll(() => guest.getByRole("heading", { level: 1 }).textContent())
    .toBe("<img src=x onerror=alert(1)>");
});

test("a bet that is in flight while the leader is killed gets through without a reload, once", async () => {
  const [anna, watcher] = await Promise.all([open(), open("/cluster")]);
  await register(anna);
  const gameId = await newGame();
  await anna.getByTestId(`outcome-${gameId}-opt1`).click();
  const entry = anna.getByTestId(`slip-${gameId}:opt1`);
  await entry.getByRole("textbox").fill("7");
  await watcher.getByTestId("node-node1").waitFor();
  await Promise.all([
    suite.system.cluster("kill", "leader"),
    entry.getByRole("button", { name: /^Place bet/ }).click(),
  ]);
  await entry.getByText(/placed/).waitFor({ timeout: 30_000 });
  await eventually(() => balance(anna).textContent()).toBe("93.00");
  await eventually(() => anna.getByTestId("connection").textContent()).toBe("Live");
  await anna.goto("/bets");
  await eventually(() => anna.getByTestId("bets").locator("li").count()).toBe(1);

  // Who watches the cluster sees the node go and the next leader come, without asking.
  await eventually(() => watcher.getByText("Unreachable").count()).toBe(1);
  await eventually(() =>
    watcher.locator("li.node:not(.down)").getByText("leader", { exact: true }).count(),
  ).toBe(1);
});

test("through all of this no page threw, broke its content policy or asked another origin", () => {
  expect(suite.faults()).toEqual([]);
});
