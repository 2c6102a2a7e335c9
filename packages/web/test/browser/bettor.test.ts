// What one bettor does with the page, against the real system.
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { bet, register } from "./support/browser.ts";
import { eventually, startSuite } from "./support/suite.ts";

const suite = startSuite();
const { open, newGame } = suite;
const balance = (page: Page) => page.getByTestId("balance");

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

  test("proves a bet in the browser and takes the receipt along", async () => {
    const anna = await open();
    await register(anna);
    const gameId = await newGame();
    await bet(anna, gameId, "opt3", "3");
    await anna.getByText(/Bet \d+ placed/).waitFor();
    await anna.goto("/bets");
    await anna.getByRole("button", { name: "Verify" }).click();
    await anna.getByText(/Proven: it is in the history/).waitFor();
    const [download] = await Promise.all([
      anna.waitForEvent("download"),
      anna.getByRole("button", { name: "Receipt" }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^bet-\d+\.json$/);
  });

  test("sells a bet at the price that was shown, and is asked when it has moved", async () => {
    const [anna, bert] = await Promise.all([open(), open()]);
    await Promise.all([register(anna), register(bert)]);
    const gameId = await newGame(["Yes", "No"]);
    await bet(anna, gameId, "opt1", "10");
    const placed = await anna.getByText(/Bet \d+ placed/).textContent();
    const id = /\d+/.exec(placed ?? "")?.[0] ?? "";
    await anna.goto("/bets");
    const cashOut = anna.getByTestId(`cash-out-${id}`);
    await cashOut.getByRole("button", { name: "Cash out" }).click();
    const offer = await cashOut.getByText(/The house offers/).textContent();
    const price = /\d+\.\d\d/.exec(offer ?? "")?.[0] ?? "";
    expect(Number(price)).toBeGreaterThan(0);
    expect(Number(price)).toBeLessThan(10);

    await bet(bert, gameId, "opt2", "30");
    await bert.getByText(/Bet \d+ placed/).waitFor();
    await cashOut.getByRole("button", { name: `Cash out for ${price}` }).click();
    const moved = await cashOut.getByText(`Price moved ${price} →`).textContent();
    const now = /→ (\d+\.\d\d)/.exec(moved ?? "")?.[1] ?? "";
    expect(now).not.toBe(price);
    // Whoever presses Enter once more has agreed to nothing.
    await eventually(() => cashOut.evaluate((box) => box === document.activeElement)).toBe(true);
    expect(await balance(anna).textContent()).toBe("90.00");

    const keys: (string | undefined)[] = [];
    await anna.route(`**/api/bets/${id}/cash-out`, async (route) => {
      keys.push(route.request().headers()["idempotency-key"]);
      if (keys.length > 2) return route.fallback();
      // The first attempt gets lost on the way there, the answer of the second on the way back.
      if (keys.length === 2) await route.fetch();
      return route.abort("connectionreset");
    });
    await cashOut.getByRole("button", { name: "Accept" }).click();
    await anna.getByText(`Bet ${id} is cashed out: ${now} paid.`).waitFor();
    await eventually(() => keys.length).toBe(3);
    expect(new Set(keys).size).toBe(1);
    const left = (90 + Number(now)).toFixed(2);
    await eventually(() => balance(anna).textContent()).toBe(left);
    const card = anna.getByTestId(`bet-${id}`);
    await eventually(() => card.getAttribute("data-status")).toBe("cashedOut");
    expect(await cashOut.count()).toBe(0);
    const filters = anna.getByRole("group", { name: "Show" });
    await filters.getByRole("button", { name: "Open" }).click();
    await eventually(() => card.count()).toBe(0);
    await filters.getByRole("button", { name: "Cashed out" }).click();
    await card.getByText(now).waitFor();
    await anna.goto("/account");
    await expect
      .poll(() => anna.getByTestId("statement").textContent())
      .toContain(`Cash-out bet ${id}+${now}${left}`);
  });

  test("is told in words where there is no price for a bet", async () => {
    const anna = await open();
    await register(anna);
    const gameId = await newGame(["Home", "Draw", "Away"]);
    // It pays two cents, which is what the bets against it would cost.
    await bet(anna, gameId, "opt1", "0.01");
    await anna.getByText(/Bet \d+ placed/).waitFor();
    await anna.goto(`/games/${gameId}`);
    await anna.getByRole("button", { name: "Cash out" }).click();
    await anna.getByText("There is no price for this bet now.").waitFor();
    expect(await anna.getByRole("button", { name: /Cash out for/ }).count()).toBe(0);
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

  test.each(["/", "/account"])(
    "loses no letter typed right after the key that leads to the search, from %s",
    async (path) => {
      const anna = await open(path);
      await anna.getByRole("main").waitFor();
      // A task later is sooner than any key can come.
      const focused = await anna.evaluate(async () => {
        document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "/", bubbles: true }));
        await new Promise((resolve) => setTimeout(resolve, 0));
        return document.activeElement?.id;
      });
      expect(focused).toBe("search");
    },
  );

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
    // The button that was pressed is gone; the keyboard goes on from the bet, and from the slip once that is gone too.
    const entry = anna.getByTestId(`slip-${gameId}:opt2`);
    expect(await entry.evaluate((box) => box === document.activeElement)).toBe(true);
    await anna.keyboard.press("Tab");
    await anna.keyboard.press("Enter");
    await entry.waitFor({ state: "detached" });
    await eventually(() => anna.getByTestId("slip").evaluate((box) => box === document.activeElement)).toBe(
      true,
    );
  });

  test("reads amounts, odds and shares as their own language writes them", async () => {
    const anna = await open("/", { locale: "de-DE" });
    const gameId = await newGame(["Ja", "Nein"]);
    await eventually(() => anna.getByTestId(`outcome-${gameId}-opt1`).locator(".odds").textContent()).toMatch(
      /^1,\d\d$/,
    );
    await anna.goto(`/games/${gameId}`);
    await eventually(() => anna.getByTestId("total-staked").textContent()).toBe("0,00");
    await anna.getByText("0,0 %").first().waitFor();
    await anna.getByText("The odds have not moved yet.").waitFor();
  });

  test("is not told that there is nothing while the list is on its way, and what to do where there is nothing", async () => {
    const anna = await open();
    await register(anna);
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    await anna.route("**/api/bets?*", async (route) => {
      await held;
      await route.fallback();
    });
    await anna.route("**/api/bets", async (route) => {
      await held;
      await route.fallback();
    });
    await anna.goto("/bets");
    await anna.getByText("Loading your bets …").waitFor();
    expect(await anna.getByText("You have not bet yet").count()).toBe(0);
    letGo();
    await anna.getByText("You have not bet yet. Pick odds of any open game.").waitFor();
  });

  test("can read the password that is being typed", async () => {
    const anna = await open("/login");
    const field = anna.getByLabel("Password", { exact: true });
    await field.fill("not for everybody");
    expect(await field.getAttribute("type")).toBe("password");
    await anna.getByRole("button", { name: "Show password" }).click();
    expect(await field.getAttribute("type")).toBe("text");
    await anna.getByRole("button", { name: "New here? Create an account" }).click();
    await anna.getByLabel("Password", { exact: true }).fill("1234567890");
    await anna.getByText("Easy to guess").waitFor();
  });

  test("bets on a phone, with the slip as a sheet from below", async () => {
    const anna = await open("/", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    await register(anna);
    const gameId = await newGame();
    await anna.getByTestId(`outcome-${gameId}-opt1`).tap();
    expect(await anna.getByTestId("slip").isVisible()).toBe(false);
    await anna.getByTestId("slip-bar").tap();
    const stake = anna.getByTestId(`slip-${gameId}:opt1`).getByRole("textbox");
    await eventually(() => stake.evaluate((field) => field === document.activeElement)).toBe(true);
    // Closed, the sheet gives the focus back to what opened it.
    await anna.keyboard.press("Escape");
    await eventually(() =>
      anna.getByTestId("slip-bar").evaluate((bar) => bar === document.activeElement),
    ).toBe(true);
    await anna.getByTestId("slip-bar").tap();
    const entry = anna.getByTestId(`slip-${gameId}:opt1`);
    await entry.getByRole("textbox").fill("2");
    await entry.getByRole("button", { name: /^Place bet/ }).tap();
    await entry.getByText(/placed/).waitFor();
    // Whatever a finger is to hit is 44 pixels high, on the page and in the sheet.
    const small = await anna.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>("button:not(.link), select, input, .tab-bar a")]
        .filter((control) => control.checkVisibility() && control.getBoundingClientRect().height < 44)
        .map((control) => control.outerHTML),
    );
    expect(small).toEqual([]);
    const sideways = await anna.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(sideways).toBeLessThanOrEqual(0);
  });
});

test("through all of this no page threw, broke its content policy or asked another origin", () => {
  expect(suite.faults()).toEqual([]);
});
