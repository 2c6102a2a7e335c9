// A drawn game from its opening to a guest who repeats the draw, against the real system.
import { createHash, randomBytes } from "node:crypto";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { register } from "./support/browser.ts";
import { eventually, startSuite } from "./support/suite.ts";

const suite = startSuite();
const { open } = suite;

const verdict = (page: Page) => page.getByTestId("draw-verdict");
const tone = (page: Page) => verdict(page).getAttribute("data-tone");

/** Opens a game with commitments of these seeds through the admin page. @returns its id */
async function openDrawnGame(admin: Page, question: string, seeds: readonly Buffer[]): Promise<number> {
  await admin.goto("/admin");
  await admin.getByText("New game").click();
  await admin.getByLabel("Question").fill(question);
  await admin.locator("select[name=category]").selectOption("virtual");
  await admin.getByLabel("Outcome 1", { exact: true }).fill("Red");
  await admin.getByLabel("Outcome 2", { exact: true }).fill("Black");
  await admin.getByText("Drawn result").click();
  const hashes = seeds.map((seed) => createHash("sha256").update(seed).digest("hex"));
  await admin.getByLabel(/^Commitments/).fill("ab");
  await admin.getByRole("button", { name: "Open for betting" }).click();
  await admin.getByText(/Give two to four commitments/).waitFor();
  await admin.getByLabel(/^Commitments/).fill(hashes.join("\n"));
  await admin.getByLabel("Seeds must be shown by").fill("2099-01-01T12:00");
  await admin.getByRole("button", { name: "Open for betting" }).click();
  const notice = await admin.getByText(/Game \d+ is open\./).textContent();
  return Number(/Game (\d+)/.exec(notice ?? "")?.[1]);
}

async function closeBetting(admin: Page, gameId: number): Promise<void> {
  await admin.goto(`/admin/games/${gameId}`);
  await admin.getByRole("button", { name: "Close betting" }).click();
  await admin.getByRole("dialog").getByRole("button", { name: "Close betting" }).click();
  await admin.getByRole("button", { name: "Settle" }).waitFor();
}

async function reveal(page: Page, gameId: number, seed: Buffer): Promise<void> {
  await page.goto(`/games/${gameId}/draw`);
  await page.getByTestId("reveal").getByText("Reveal a seed").first().click();
  await page.getByLabel(/^Seed, 64/).fill(seed.toString("hex"));
  await page.getByTestId("reveal").getByRole("button", { name: "Reveal a seed" }).click();
  await page.getByText("The seed is revealed.").waitFor();
}

test("a guest repeats a draw that two parties made, and sees every step of it", async () => {
  const seeds = [randomBytes(32), randomBytes(32)];
  const [house = Buffer.of(), other = Buffer.of()] = seeds;
  const gameId = await openDrawnGame(suite.admin, "Red or black", seeds);
  const guest = await open(`/games/${gameId}/draw`);
  await eventually(() => tone(guest)).toBe("open");
  await guest.getByText("Betting has not ended.").waitFor();
  expect(await guest.getByTestId("reveal").count()).toBe(0);

  await closeBetting(suite.admin, gameId);
  // Nobody settles it by hand, an admin neither.
  await suite.admin.getByRole("button", { name: "Settle" }).click();
  await suite.admin.getByRole("radio", { name: "Red" }).check();
  await suite.admin.getByRole("button", { name: "Preview" }).click();
  await suite.admin.getByRole("button", { name: "Settle now" }).click();
  await suite.admin.getByText(/the parties' seeds decide it/).waitFor();
  await suite.admin.keyboard.press("Escape");
  await suite.admin.getByRole("link", { name: "Verify the draw" }).waitFor();

  await eventually(() => guest.getByTestId("draw-closing").getAttribute("data-verdict")).toBe("signed");
  await reveal(suite.admin, gameId, house);
  await eventually(() => tone(suite.admin)).toBe("open");
  expect(await suite.admin.getByTestId("party-1").textContent()).toContain("This is what was committed to.");
  expect(await suite.admin.getByTestId("party-2").textContent()).toContain("Still sealed");

  const anna = await open();
  await register(anna);
  await anna.goto(`/games/${gameId}/draw`);
  await anna.getByTestId("reveal").getByText("Reveal a seed").first().click();
  await anna.getByLabel(/^Seed, 64/).fill("00".repeat(32));
  await anna.getByTestId("reveal").getByRole("button", { name: "Reveal a seed" }).click();
  await anna.getByText("This seed opens no commitment of this draw.").waitFor();
  await reveal(anna, gameId, other);

  // The guest's page follows by itself: the settlement is pushed.
  await eventually(() => tone(guest)).toBe("good");
  const winner = await guest.getByTestId("draw-shares").locator("tr.won th").textContent();
  expect(await verdict(guest).textContent()).toContain(`The draw is right: ${winner}`);
  await guest.goto(`/games/${gameId}`);
  await guest.getByTestId("virtual-show").getByText(`${winner} wins.`).waitFor();
  await guest.getByRole("link", { name: "Verify the draw" }).click();
  await eventually(() => tone(guest)).toBe("good");
});

test("values from elsewhere are judged by themselves: right ones, forged ones, and what is none at all", async () => {
  const seeds = [randomBytes(32), randomBytes(32)];
  const gameId = await openDrawnGame(suite.admin, "Once more", seeds);
  await closeBetting(suite.admin, gameId);
  for (const seed of seeds) await reveal(suite.admin, gameId, seed);
  const guest = await open(`/games/${gameId}/draw`);
  await eventually(() => tone(guest)).toBe("good");
  await guest.getByText("Check other values").click();
  const field = guest.getByLabel("Values");
  // They are put there when the details have opened, a moment after the click.
  await eventually(() => field.inputValue()).toContain('"winner"');
  const values = await field.inputValue();
  const check = async (text: string): Promise<void> => {
    await field.fill(text);
    await guest.getByRole("button", { name: "Check these values" }).click();
  };

  await check(values.replace(/"winner": "opt(\d)"/, (_, one) => `"winner": "opt${one === "1" ? 2 : 1}"`));
  await eventually(() => verdict(guest).textContent()).toContain("The draw is wrong");
  await check(values.replace(seeds[1]?.toString("hex") ?? "", "11".repeat(32)));
  await eventually(() => verdict(guest).textContent()).toContain("a seed is not the one");
  await check(
    values.replace(/"root": "../, (start) => start.slice(0, -2) + (start.endsWith("00") ? "01" : "00")),
  );
  await eventually(() => guest.getByTestId("draw-closing").getAttribute("data-verdict")).toBe("unsigned");
  await check("{}");
  await guest.getByText("These are no values of a draw.").waitFor();
  await guest.getByRole("button", { name: "Check the game's own values again" }).click();
  await eventually(() => tone(guest)).toBe("good");

  // Without any game, by keyboard alone.
  await guest.goto("/draw");
  await guest.getByLabel("Values").focus();
  await guest.keyboard.insertText(values);
  await guest.keyboard.press("Tab");
  await guest.keyboard.press("Enter");
  await eventually(() => tone(guest)).toBe("good");
  expect(await verdict(guest).textContent()).toContain("The draw is right: Outcome ");
});

test("a game that is settled by an admin says so", async () => {
  const gameId = await suite.newGame(["Yes", "No"]);
  const guest = await open(`/games/${gameId}/draw`);
  await guest.getByText("The result of this game is not drawn: an admin settles it.").waitFor();
  expect(await guest.getByTestId("draw-verdict").count()).toBe(0);
});

test("through all of this no page threw, broke its content policy or asked another origin", () => {
  expect(suite.faults()).toEqual([]);
});
