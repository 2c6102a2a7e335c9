// Every page against the rules of WCAG 2.2 A and AA that a program can check, in light and dark.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults, RunOptions } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bet, createGame, launchChromium, openPage, register, signIn } from "./support/browser.ts";
import { type System, startSystem } from "./support/system.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES: RunOptions = {
  runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] },
};

const [SEED, OTHER_SEED] = ["11", "22"].map((byte) => byte.repeat(32)) as [string, string];
const COMMITMENT = createHash("sha256").update(Buffer.from(SEED, "hex")).digest("hex");
const DRAW = {
  gameId: 7,
  commitments: [COMMITMENT, COMMITMENT],
  weights: [5_000, 3_000, 2_000],
  closing: { size: 3, root: OTHER_SEED },
};

let system: System;
let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
  system = await startSystem();
});

afterAll(async () => {
  await browser?.close();
  await system?.stop();
});

/** What axe finds on the page as it is, in a form that a failure shows well. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const results = await page.evaluate(
    (rules) =>
      (globalThis as unknown as { axe: { run(options: object): Promise<AxeResults> } }).axe.run(rules),
    RULES as object,
  );
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${page.url()} ${id}: ${html}\n${failureSummary ?? ""}`),
  );
}

/** The same on a narrow phone, where nothing may be wider than the screen. Colours are the same there. */
async function onPhone(page: Page): Promise<string[]> {
  const before = page.viewportSize();
  await page.setViewportSize({ width: 360, height: 740 });
  const found = await violations(page);
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (sideways > 0) found.push(`${page.url()} is ${sideways} pixels wider than a phone`);
  if (before) await page.setViewportSize(before);
  return found;
}

describe.each(["light", "dark"] as const)("in %s", (colorScheme) => {
  test("no page breaks a rule", async () => {
    // Colours are judged where they rest, not in the middle of a flash.
    const look = { colorScheme, reducedMotion: "reduce" } as const;
    const { page: admin } = await openPage(browser, system, "/", look);
    const { page: anna } = await openPage(browser, system, "/", look);
    const found: string[] = [];
    const check = async (page: Page, path: string, ready: () => Promise<unknown>): Promise<void> => {
      await page.goto(path);
      await ready();
      found.push(...(await violations(page)));
      if (colorScheme === "light") found.push(...(await onPhone(page)));
    };

    await check(anna, "/login", () => anna.getByRole("button", { name: "Sign in" }).waitFor());
    await anna.getByRole("button", { name: /Create an account/ }).click();
    found.push(...(await violations(anna)));

    await signIn(admin, system.admin.username, system.admin.password);
    const open = await createGame(admin, `Open ${colorScheme}`, ["Home", "Draw", "Away"]);
    const suspended = await createGame(admin, `Suspended ${colorScheme}`, ["Yes", "No"]);
    await admin.goto(`/admin/games/${suspended}`);
    await admin.getByRole("button", { name: "Suspend" }).click();
    found.push(...(await violations(admin)));
    await admin.getByRole("dialog").getByRole("button", { name: "Suspend" }).click();
    await admin.getByRole("button", { name: "Resume" }).waitFor();

    await register(anna);
    await bet(anna, open, "opt1", "5");
    await anna.getByText(/Bet \d+ placed/).waitFor();
    await anna.getByTestId(`outcome-${open}-opt2`).click();
    await anna.getByTestId(`slip-${open}:opt2`).getByRole("textbox").fill("1000000");
    found.push(...(await violations(anna)));

    await check(anna, `/games/${open}`, () => anna.locator(".chart canvas").waitFor());
    await check(anna, "/bets", () => anna.getByTestId("bets").locator("li").first().waitFor());
    await anna.getByRole("button", { name: "Cash out" }).click();
    await anna.getByText(/The house offers/).waitFor();
    found.push(...(await violations(anna)));
    await check(anna, "/account", () => anna.getByTestId("statement").waitFor());
    await check(anna, "/cluster", () => anna.getByTestId("node-node1").waitFor());
    const race = await createGame(admin, `Race ${colorScheme}`, ["Alpha", "Bravo", "Charlie"], "virtual");
    await check(anna, `/games/${race}`, () => anna.getByTestId("virtual-show").waitFor());
    await check(anna, `/games/${race}/draw`, () => anna.getByText(/is not drawn/).waitFor());
    await check(anna, "/draw", () => anna.getByLabel("Values").waitFor());
    // A draw that is right, one whose seed is not, and one with no seed at all.
    for (const seeds of [
      [SEED, SEED],
      [SEED, OTHER_SEED],
      [SEED, null],
    ] as const) {
      await anna.goto("/draw");
      await anna.getByLabel("Values").fill(JSON.stringify({ ...DRAW, seeds }));
      await anna.getByRole("button", { name: "Check these values" }).click();
      await anna.getByTestId("draw-closing").waitFor();
      found.push(...(await violations(anna)));
    }
    await check(anna, "/nowhere", () => anna.getByRole("heading", { level: 1 }).waitFor());
    await check(admin, "/admin", () => admin.getByTestId(`admin-game-${open}`).waitFor());
    await admin.getByText("New game").click();
    found.push(...(await violations(admin)));
    await check(admin, `/admin/games/${open}`, () => admin.getByTestId("exposure").waitFor());
    await admin.getByTestId("what-if").getByLabel("Stake").fill("5");
    found.push(...(await violations(admin)));
    const withdraw = admin.getByTestId("withdraw-outcome");
    await withdraw.getByText("Withdraw an outcome").click();
    await withdraw.getByLabel("Outcome").selectOption("Draw");
    await withdraw.getByRole("button", { name: "Withdraw", exact: true }).click();
    found.push(...(await violations(admin)));
    await admin.getByRole("dialog").getByLabel("Reason").fill("a mistake of ours");
    await admin.getByRole("dialog").getByRole("button", { name: "Withdraw this outcome" }).click();
    await admin.getByRole("dialog").waitFor({ state: "detached" });
    await check(anna, `/games/${open}`, () => anna.getByText("Withdrawn").waitFor());
    await check(admin, "/cluster", () => admin.getByText("Add a node").waitFor());
    await admin.getByText("Add a node").click();
    found.push(...(await violations(admin)));
    await check(admin, "/admin/audit", () => admin.getByTestId("audit").waitFor());
    expect(found).toEqual([]);
  });
});
