// Chromium, and what a test does with a page again and again.
import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, type Page, chromium } from "playwright-core";
import type { System } from "./system.ts";

const PROGRAMS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
export const PASSWORD = "a fine long password";

let users = 0;

/** @throws Error that says what to install where there is no Chromium */
export async function launchChromium(): Promise<Browser> {
  const executablePath =
    process.env["QUORUMBOOK_CHROMIUM"] ?? PROGRAMS.find((program) => existsSync(program));
  if (executablePath === undefined) {
    throw new Error(
      `the browser tests need Chromium, and none of ${PROGRAMS.join(", ")} is there: ` +
        "install it (Debian: apt-get install chromium) or name it in QUORUMBOOK_CHROMIUM",
    );
  }
  return await chromium.launch({
    executablePath,
    args: [
      // As root, as in a container, Chromium has no sandbox.
      "--no-sandbox",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
    ],
  });
}

/** What a page must never do: throw, break its content security policy, or talk to another origin. */
export interface Watched {
  readonly page: Page;
  readonly faults: string[];
}

/** A page in a context of its own: its own cookies and storage, as another person's browser. */
export async function openPage(
  browser: Browser,
  system: System,
  path = "/",
  options: BrowserContextOptions = {},
): Promise<Watched> {
  const context = await browser.newContext({ baseURL: system.origin, locale: "en-GB", ...options });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(`threw: ${error.message}`));
  page.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) faults.push(message.text());
  });
  page.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith("http") && origin !== system.origin) faults.push(`asked ${request.url()}`);
  });
  await page.goto(path);
  return { page, faults };
}

/** Makes an account through the page and waits for its welcome money. @returns the user's name */
export async function register(page: Page): Promise<string> {
  const username = `bettor-${process.pid}-${++users}`;
  await page.goto("/login");
  await page.getByRole("button", { name: "New here? Create an account" }).click();
  await page.getByLabel("User name").fill(username);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByTestId("balance").getByText("100.00").waitFor();
  return username;
}

export async function signIn(page: Page, username: string, password: string): Promise<void> {
  await page.goto("/login");
  await page.getByLabel("User name").fill(username);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByTestId("balance").waitFor();
}

/** Opens a game for betting through the admin page. @returns its id */
export async function createGame(
  admin: Page,
  question: string,
  outcomes: readonly string[],
  category: "real" | "virtual" = "real",
): Promise<number> {
  await admin.goto("/admin");
  await admin.getByText("New game").click();
  await admin.getByLabel("Question").fill(question);
  await admin.locator("select[name=category]").selectOption(category);
  for (const [position, label] of outcomes.entries()) {
    if (position >= 2) await admin.getByRole("button", { name: "Add outcome" }).click();
    await admin.getByLabel(`Outcome ${position + 1}`, { exact: true }).fill(label);
  }
  await admin.getByText("Pricing").click();
  await admin.getByLabel("Virtual stake per outcome").fill("500");
  await admin.getByLabel("Margin: the most the house may lose").fill("500");
  await admin.getByLabel("Commission %").fill("6");
  await admin.getByRole("button", { name: "Open for betting" }).click();
  const notice = await admin.getByText(/Game \d+ is open\./).textContent();
  return Number(/Game (\d+)/.exec(notice ?? "")?.[1]);
}

/** Picks an outcome, types a stake and sends the bet; does not wait for what becomes of it. */
export async function bet(page: Page, gameId: number, outcome: string, stake: string): Promise<void> {
  await page.getByTestId(`outcome-${gameId}-${outcome}`).click();
  const entry = page.getByTestId(`slip-${gameId}:${outcome}`);
  await entry.getByRole("textbox").fill(stake);
  await entry.getByRole("button", { name: /^Place bet/ }).click();
}

/** The decimal odds that the page shows. */
export async function oddsOf(page: Page, gameId: number, outcome: string): Promise<number> {
  return Number(await page.getByTestId(`outcome-${gameId}-${outcome}`).locator(".odds").textContent());
}
