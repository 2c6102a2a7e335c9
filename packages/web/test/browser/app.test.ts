// The page against the real system, three nodes and all, as people use it.
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  type Watched,
  bet,
  createGame,
  launchChromium,
  oddsOf,
  openPage,
  register,
  signIn,
} from "./support/browser.ts";
import { type System, startSystem } from "./support/system.ts";

let system: System;
let browser: Browser;
let admin: Page;
let games = 0;
const watched: Watched[] = [];

beforeAll(async () => {
  // First, so that a machine without Chromium says so at once.
  browser = await launchChromium();
  system = await startSystem();
  admin = await open("/");
  await signIn(admin, system.admin.username, system.admin.password);
});

afterAll(async () => {
  await browser?.close();
  await system?.stop();
});

// Pages of a test that is over would go on listening.
afterEach(async () => {
  const others = watched.map(({ page }) => page).filter((page) => page !== admin && !page.isClosed());
  await Promise.all(others.map((page) => page.context().close()));
});

async function open(path = "/", options: Parameters<typeof openPage>[3] = {}): Promise<Page> {
  const opened = await openPage(browser, system, path, options);
  watched.push(opened);
  return opened.page;
}

/** A game of three outcomes that no other test touches. */
async function newGame(
  outcomes: readonly string[] = ["Home", "Draw", "Away"],
  name?: string,
): Promise<number> {
  return await createGame(admin, name ?? `Match ${++games}`, outcomes);
}

/** Waits until what is read is as expected; the machine may be busy with three nodes and two browsers. */
const eventually = <Value>(read: () => Value) => expect.poll(read, { timeout: 20_000 });

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

    await admin.goto(`/admin/games/${gameId}`);
    await admin.getByRole("button", { name: "Close betting" }).click();
    await admin.getByRole("dialog").getByRole("button", { name: "Close betting" }).click();
    await admin.getByRole("button", { name: "Settle" }).click();
    await admin.getByLabel("Draw").check();
    await admin.getByRole("button", { name: "Preview" }).click();
    await eventually(() => admin.getByTestId("settle-preview").textContent()).toContain(promised);
    await admin.getByRole("button", { name: "Settle now" }).click();

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
    await admin.goto(`/admin/games/${gameId}`);
    await admin.getByRole("button", { name: "Suspend" }).click();
    await admin.getByLabel("Reason").fill("goal");
    await admin.getByRole("dialog").getByRole("button", { name: "Suspend" }).click();
    await card.getByText("Betting is suspended").waitFor();
    expect(await guest.getByTestId(`outcome-${gameId}-opt1`).isDisabled()).toBe(true);
    await admin.getByRole("button", { name: "Resume" }).click();
    await admin.getByRole("dialog").getByRole("button", { name: "Resume" }).click();
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
  await admin.goto(`/admin/games/${settled}`);
  const act = async (action: string, inDialog: () => Promise<void>): Promise<void> => {
    await admin.getByRole("button", { name: action, exact: true }).click();
    await inDialog();
    await admin.getByRole("dialog").waitFor({ state: "detached" });
  };
  const dialog = admin.getByRole("dialog");
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
  await admin.goto(`/admin/games/${voided}`);
  await act("Void", async () => {
    await dialog.getByLabel("Reason").fill("abandoned");
    await dialog.getByRole("button", { name: "Void" }).click();
  });
  await anna.getByText(/is void: 20\.00 returned/).waitFor();
  await eventually(() => balance(anna).textContent()).toBe(balanceAfter);
  await admin.goto("/admin/audit");
  await eventually(() => admin.getByTestId("audit").textContent()).toContain("typing error");
});

describe("a bettor", () => {
  test("deposits and withdraws, and finds both in the statement", async () => {
    const anna = await open();
    await register(anna);
    await anna.goto("/account");
    await anna.getByLabel("Amount").fill("25.50");
    await anna.getByRole("button", { name: "Deposit" }).click();
    await eventually(() => balance(anna).textContent()).toBe("125.50");
    await anna.getByLabel("Amount").fill("100");
    await anna.getByRole("button", { name: "Withdraw" }).click();
    await eventually(() => balance(anna).textContent()).toBe("25.50");
    await expect
      .poll(() => anna.getByTestId("statement").textContent())
      .toMatch(/Withdrawal-100\.00.*Deposit\+25\.50/);
    await anna.getByLabel("Amount").fill("26");
    await anna.getByRole("button", { name: "Withdraw" }).click();
    await anna.getByText("Not enough money: your balance is 25.50.").waitFor();
  });

  test("is told of a stake above the cap or the balance before sending it", async () => {
    const anna = await open();
    await register(anna);
    const gameId = await newGame();
    await anna.getByTestId(`outcome-${gameId}-opt1`).click();
    const entry = anna.getByTestId(`slip-${gameId}:opt1`);
    await entry.getByRole("textbox").fill("100.01");
    await entry.getByText("Your balance is 100.00.").waitFor();
    await entry.getByRole("textbox").fill("1000000");
    await entry.getByText(/The most that can be staked now is/).waitFor();
    expect(await entry.getByRole("button", { name: /^Place bet/ }).isDisabled()).toBe(true);
  });

  test("stays signed in over a reload, with the token in no storage", async () => {
    const anna = await open();
    await register(anna);
    await anna.reload();
    await balance(anna).getByText("100.00").waitFor();
    const stored = await anna.evaluate(() =>
      JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage), document.cookie]),
    );
    expect(stored).not.toMatch(/eyJ/);
  });

  test("signs out in one tab and is signed out in the other", async () => {
    const anna = await open();
    await register(anna);
    const other = await anna.context().newPage();
    await other.goto("/account");
    await balance(other).getByText("100.00").waitFor();
    await other.getByRole("button", { name: "Sign out", exact: true }).click();
    await anna.getByRole("link", { name: "Sign in" }).waitFor();
    expect(await balance(anna).count()).toBe(0);
    await anna.reload();
    await anna.getByRole("link", { name: "Sign in" }).waitFor();
  });

  test("verifies a bet against the cluster's majority and takes a receipt", async () => {
    const anna = await open();
    await register(anna);
    const gameId = await newGame();
    await bet(anna, gameId, "opt3", "3");
    await anna.getByText(/Bet \d+ placed/).waitFor();
    await anna.goto("/bets");
    await anna.getByRole("button", { name: "Verify" }).click();
    await anna.getByText(/Confirmed by a majority/).waitFor();
    const [download] = await Promise.all([
      anna.waitForEvent("download"),
      anna.getByRole("button", { name: "Receipt" }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^bet-\d+\.json$/);
  });

  test("whose answer is lost on the way has placed one bet, without a second press", async () => {
    const anna = await open();
    await register(anna);
    const gameId = await newGame();
    let attempts = 0;
    await anna.route("**/api/bets", async (route) => {
      if (route.request().method() !== "POST" || ++attempts > 2) return route.fallback();
      // The first attempt gets lost on the way there, the answer of the second on the way back.
      if (attempts === 2) await route.fetch();
      return route.abort("connectionreset");
    });
    await bet(anna, gameId, "opt1", "6");
    await anna.getByText(/Bet \d+ placed/).waitFor();
    await eventually(() => balance(anna).textContent()).toBe("94.00");
    await anna.goto("/bets");
    await eventually(() => anna.getByTestId("bets").locator("li").count()).toBe(1);
  });

  test("whose page is reloaded before the answer learns what became of the bet", async () => {
    const anna = await open();
    await register(anna);
    const gameId = await newGame();
    await anna.route("**/api/bets", (route) =>
      route.request().method() === "POST" ? route.abort("connectionreset") : route.fallback(),
    );
    await bet(anna, gameId, "opt2", "6");
    await anna.getByText(/Finding out what became of your bet/).waitFor();
    await anna.unroute("**/api/bets");
    await anna.reload();
    await anna.getByText(/Bet \d+ placed/).waitFor();
    await eventually(() => balance(anna).textContent()).toBe("94.00");
  });

  test("reads odds in the format of choice, everywhere and after a reload", async () => {
    const anna = await open();
    const gameId = await newGame(["Yes", "No"]);
    const outcome = anna.getByTestId(`outcome-${gameId}-opt1`).locator(".odds");
    await anna.getByLabel("Odds format").selectOption("fractional");
    await eventually(() => outcome.textContent()).toMatch(/^\d+\/\d+$/);
    await anna.reload();
    await eventually(() => outcome.textContent()).toMatch(/^\d+\/\d+$/);
  });

  test("bets with the keyboard alone", async () => {
    const anna = await open();
    await register(anna);
    const name = `Wheel ${process.pid}`;
    const gameId = await newGame(["Red", "Black"], name);
    await anna.getByTestId(`game-${gameId}`).waitFor();
    await anna.keyboard.press("/");
    await anna.keyboard.type(name);
    await eventually(() => anna.getByTestId("games").locator("li").count()).toBe(1);
    for (let steps = 0; steps < 15; steps += 1) {
      await anna.keyboard.press("Tab");
      const focused = await anna.evaluate(() => document.activeElement?.getAttribute("data-testid"));
      if (focused === `outcome-${gameId}-opt1`) break;
    }
    await anna.keyboard.press("ArrowRight");
    await anna.keyboard.press("Enter");
    const stake = anna.getByTestId(`slip-${gameId}:opt2`).getByRole("textbox");
    for (let steps = 0; steps < 10; steps += 1) {
      await anna.keyboard.press("Tab");
      if (await stake.evaluate((field) => field === document.activeElement)) break;
    }
    await anna.keyboard.type("4");
    await anna.keyboard.press("Enter");
    await anna.getByText(/Bet \d+ placed/).waitFor();
  });

  test("bets on a phone, with the slip as a sheet from below", async () => {
    const anna = await open("/", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    await register(anna);
    const gameId = await newGame();
    await anna.getByTestId(`outcome-${gameId}-opt1`).tap();
    expect(await anna.getByTestId("slip").isVisible()).toBe(false);
    await anna.getByTestId("slip-bar").tap();
    const entry = anna.getByTestId(`slip-${gameId}:opt1`);
    await entry.getByRole("textbox").fill("2");
    await entry.getByRole("button", { name: /^Place bet/ }).tap();
    await entry.getByText(/placed/).waitFor();
    const sideways = await anna.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(sideways).toBeLessThanOrEqual(0);
  });
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
  const gameId = await createGame(admin, "<img src=x onerror=alert(1)>", [
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
  await watcher.getByText("All nodes agree on the book").waitFor();
  await Promise.all([
    system.cluster("kill", "leader"),
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
  expect(watched.flatMap(({ faults }) => faults)).toEqual([]);
});
