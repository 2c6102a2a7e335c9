// Pictures of every page of the running product.
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { BrowserContextOptions, Page } from "playwright-core";
import { launchChromium, openPage, signIn } from "../browser/support/browser.ts";
import { startSystem } from "../browser/support/system.ts";
import { type FilledBook, fillBook, STAR } from "./fill-book.ts";
import { shrinkPng } from "./shrink-png.ts";

export interface ScreenshotOptions {
  readonly out?: string | undefined;
  readonly only?: string | undefined;
}

const LOOKS = {
  desktop: { viewport: { width: 1280, height: 860 }, colorScheme: "light" },
  dark: { viewport: { width: 1280, height: 860 }, colorScheme: "dark" },
  phone: { viewport: { width: 390, height: 844 }, colorScheme: "light", hasTouch: true, isMobile: true },
} as const satisfies Record<string, BrowserContextOptions>;

/** Long enough for an election, and for the chart to show what it cost. */
const AFTER_KILL_MS = 8_000;

/** Bets before the leader is killed. */
const ACCEPTED_BEFORE = 200;

type Who = "guest" | "bettor" | "admin";

interface Shot {
  readonly name: string;
  readonly who: Who;
  readonly path: string;
  /** Appears when the page has all that it shows. */
  readonly ready: string;
  /** What is done before the picture is taken. */
  readonly act?: (page: Page, isPhone: boolean) => Promise<void>;
  /** What is undone afterwards. */
  readonly after?: (page: Page) => Promise<void>;
}

function shotsOf(book: FilledBook): readonly Shot[] {
  const pick = async (page: Page, isPhone: boolean): Promise<void> => {
    await page.getByTestId(`outcome-${book.match}-opt3`).click();
    if (isPhone) await page.getByTestId("slip-bar").click();
    await page.getByTestId(`slip-${book.match}:opt3`).getByRole("textbox").fill("25");
  };
  return [
    { name: "games", who: "guest", path: "/", ready: "[data-testid=games] li" },
    { name: "slip", who: "bettor", path: "/", ready: "[data-testid=games] li", act: pick },
    {
      name: "suspended",
      who: "bettor",
      path: `/games/${book.veiled}`,
      ready: ".chart canvas",
    },
    {
      name: "withdrawn",
      who: "bettor",
      path: `/games/${book.withdrawn}`,
      ready: ".bet-card .fate",
      act: async (page, isPhone) => {
        if (isPhone) await page.locator(".bet-card").first().scrollIntoViewIfNeeded();
      },
    },
    {
      name: "cash-out",
      who: "bettor",
      path: "/bets",
      ready: "[data-testid=bets] li",
      act: async (page) => {
        await page.getByRole("button", { name: "Cash out" }).first().click();
        await page.locator(".cash-out", { hasText: "The house offers" }).scrollIntoViewIfNeeded();
      },
      after: async (page) => {
        await page.getByRole("button", { name: "Keep the bet" }).click();
      },
    },
    { name: "game", who: "bettor", path: `/games/${book.match}`, ready: ".chart canvas" },
    { name: "race", who: "bettor", path: `/games/${book.raceDone}`, ready: "[data-testid=virtual-show]" },
    { name: "wheel", who: "guest", path: `/games/${book.wheelDone}`, ready: "[data-testid=virtual-show]" },
    {
      name: "draw",
      who: "guest",
      path: `/games/${book.drawn}/draw`,
      ready: "[data-testid=draw-closing][data-verdict=signed]",
    },
    { name: "bets", who: "bettor", path: "/bets", ready: "[data-testid=bets] li" },
    { name: "account", who: "bettor", path: "/account", ready: "[data-testid=statement]" },
    { name: "login", who: "guest", path: "/login", ready: "form" },
    { name: "admin", who: "admin", path: "/admin", ready: "[data-testid=ladder] canvas" },
    { name: "admin-game", who: "admin", path: `/admin/games/${book.match}`, ready: "[data-testid=exposure]" },
    {
      name: "settle",
      who: "admin",
      path: `/admin/games/${book.closed}`,
      ready: "[data-testid=exposure]",
      act: async (page) => {
        await page.getByRole("button", { name: "Settle" }).click();
        await page.locator("dialog input[type=radio]").first().check();
        await page.getByRole("button", { name: "Preview" }).click();
        await page.getByTestId("settle-preview").waitFor();
      },
    },
    {
      name: "withdraw",
      who: "admin",
      path: `/admin/games/${book.race}`,
      ready: "[data-testid=exposure]",
      act: async (page) => {
        const panel = page.getByTestId("withdraw-outcome");
        await panel.getByText("Withdraw an outcome").click();
        await panel.getByLabel("Outcome").selectOption("Split Vote");
        await panel.getByRole("button", { name: "Withdraw", exact: true }).click();
        await page.getByRole("dialog").getByLabel("Reason").fill("lame at the paddock");
      },
    },
    { name: "audit", who: "admin", path: "/admin/audit", ready: "[data-testid=audit]" },
    { name: "cluster", who: "guest", path: "/cluster", ready: "[data-testid=node-node3]" },
    {
      name: "demo",
      who: "admin",
      path: "/cluster",
      ready: "[data-testid=demo]",
      act: breakNode,
      after: mendNode,
    },
  ];
}

/** Lets the bettors bet, kills the leader, and waits until another leads. */
async function breakNode(page: Page): Promise<void> {
  const start = page.getByRole("button", { name: "Start the bettors" });
  await start.click();
  await page.locator(".demo .chart canvas").waitFor();
  // Enough for the charts to show how it was before.
  await accepted(page, ACCEPTED_BEFORE);
  const leader = page.locator("li.node", { has: page.locator(".role-leader") });
  await leader.getByRole("button", { name: "Kill" }).click();
  await page.locator("[data-state=down]").waitFor();
  await page.waitForTimeout(AFTER_KILL_MS);
}

/** Waits until so many bets were answered. */
async function accepted(page: Page, count: number): Promise<void> {
  await page.waitForFunction(
    (wanted) => {
      const shown = document.querySelector("[data-testid=demo-accepted]")?.textContent ?? "";
      return Number(shown.replaceAll(",", "")) >= wanted;
    },
    count,
    { timeout: 120_000 },
  );
}

async function mendNode(page: Page): Promise<void> {
  await page.locator("[data-state=down]").getByRole("button", { name: "Restart" }).click();
  await page.locator("[data-state=down]").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Stop the bettors" }).click();
}

/** Starts a system of its own, fills it with a season's worth of life, and pictures every page of it. */
export async function takeScreenshots(
  { out = resolve(import.meta.dirname, "../../../../docs/screenshots"), only }: ScreenshotOptions,
  say: (line: string) => void,
): Promise<void> {
  await mkdir(out, { recursive: true });
  const browser = await launchChromium();
  const system = await startSystem("--demo");
  try {
    say("filling the book");
    const book = await fillBook(system.origin, system.admin);
    for (const [look, options] of Object.entries(LOOKS)) {
      const pages = new Map<Who, Page>();
      for (const [who, person] of [
        ["guest", undefined],
        ["bettor", STAR],
        ["admin", system.admin],
      ] as const) {
        const { page } = await openPage(browser, system, "/", { ...options, reducedMotion: "reduce" });
        if (person !== undefined) await signIn(page, person.username, person.password);
        pages.set(who, page);
      }
      for (const { name, who, path, ready, act, after } of shotsOf(book)) {
        const page = pages.get(who);
        if (page === undefined || (only !== undefined && only !== name)) continue;
        await page.goto(path);
        await page.locator(ready).first().waitFor();
        await act?.(page, look === "phone");
        await page.getByTestId("connection").waitFor();
        await page.evaluate(() => document.fonts.ready);
        // Notices of what was done are not what the page is about.
        await page.evaluate(() => document.querySelector(".notices")?.replaceChildren());
        const picture = shrinkPng(
          await page.screenshot({ animations: "disabled", fullPage: name === "demo" }),
        );
        await writeFile(join(out, `${name}-${look}.png`), picture);
        say(`${name}-${look}.png ${Math.round(picture.length / 1024)} KB`);
        await after?.(page);
      }
      for (const page of pages.values()) await page.context().close();
    }
  } finally {
    await browser.close();
    await system.stop();
  }
}
