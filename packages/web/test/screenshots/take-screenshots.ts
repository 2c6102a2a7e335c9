// Pictures of every page of the running product.
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { launchChromium, openPage, signIn } from "../browser/support/browser.ts";
import { startSystem, type System } from "../browser/support/system.ts";
import { BETS_TICKED, type FilledBook, fillBook, STAR } from "./fill-book.ts";
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

type Look = keyof typeof LOOKS;
const LOOK_NAMES = Object.keys(LOOKS) as Look[];

type Who = "guest" | "bettor" | "admin";
type Credentials = System["admin"];

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
      act: askForPrice,
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
    {
      name: "admin",
      who: "admin",
      path: "/admin",
      ready: "[data-testid=ladder] canvas",
      act: async (page) => {
        await book.betSome();
        await page
          .getByTestId("ticker")
          .locator("li")
          .nth(BETS_TICKED - 1)
          .waitFor();
      },
    },
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

/** Asks what bets are worth until one has a price: not each has. */
async function askForPrice(page: Page): Promise<void> {
  const bets = page.locator(".cash-out");
  for (let at = 0; at < (await bets.count()); at += 1) {
    await bets.nth(at).getByRole("button", { name: "Cash out" }).click();
    const answer = bets.nth(at).getByText(/The house offers|no price/);
    if ((await answer.textContent())?.includes("offers")) {
      await bets.nth(at).scrollIntoViewIfNeeded();
      return;
    }
  }
  throw new Error("no bet has a price");
}

/** Lets the bettors bet, kills the leader, and waits until another leads. */
async function breakNode(page: Page): Promise<void> {
  const start = page.getByRole("button", { name: "Start the bettors" });
  await start.click();
  await page.locator(".demo .chart canvas").waitFor();
  // Enough for the charts to show how it was before. The count goes on from the look before this one.
  const before = await page.getByTestId("demo-accepted").textContent();
  await accepted(page, Number(before?.replaceAll(",", "")) + ACCEPTED_BEFORE);
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
    // The demonstration's bettors leave games behind that are in no other picture.
    const [demo, others] = [shotsOf(book).filter(isDemo), shotsOf(book).filter((shot) => !isDemo(shot))];
    for (const shots of [others, demo]) {
      const wanted = shots.filter(({ name }) => only === undefined || only === name);
      for (const look of LOOK_NAMES) {
        const pages = await openPages(browser, system, look);
        for (const shot of wanted) {
          const picture = await take(pages[shot.who], shot, look);
          await writeFile(join(out, `${shot.name}-${look}.png`), picture);
          say(`${shot.name}-${look}.png ${Math.round(picture.length / 1024)} KB`);
        }
        for (const page of Object.values(pages)) await page.context().close();
      }
    }
  } finally {
    await browser.close();
    await system.stop();
  }
}

async function openPages(browser: Browser, system: System, look: Look): Promise<Record<Who, Page>> {
  const openAs = async (person?: Credentials): Promise<Page> => {
    const { page } = await openPage(browser, system, "/", { ...LOOKS[look], reducedMotion: "reduce" });
    if (person !== undefined) await signIn(page, person.username, person.password);
    return page;
  };
  return { guest: await openAs(), bettor: await openAs(STAR), admin: await openAs(system.admin) };
}

async function take(page: Page, shot: Shot, look: Look): Promise<Buffer> {
  await page.goto(shot.path);
  await page.locator(shot.ready).first().waitFor();
  await shot.act?.(page, look === "phone");
  await page.locator("[data-testid=connection].live").waitFor();
  if (shot.who !== "guest") await page.getByTestId("balance").getByText(/\d/).waitFor();
  await page.evaluate(() => document.fonts.ready);
  // Notices of what was done are not what the page is about.
  await page.evaluate(() => document.querySelector(".notices")?.replaceChildren());
  // A picture of the whole page begins at its top, or its bars stand in the middle.
  if (isDemo(shot)) await page.evaluate(() => scrollTo(0, 0));
  const picture = shrinkPng(await page.screenshot({ animations: "disabled", fullPage: isDemo(shot) }));
  await shot.after?.(page);
  return picture;
}

function isDemo({ name }: Shot): boolean {
  return name === "demo";
}
