// What an admin watches and changes in the console, against the real system.
import { expect, test } from "vitest";
import { bet, register } from "./support/browser.ts";
import { eventually, startSuite } from "./support/suite.ts";

const suite = startSuite();
const { open, newGame } = suite;

test("the ticker tells each bet, of one account or from a size on, and voids one", async () => {
  const [anna, bert] = await Promise.all([open(), open()]);
  const [, bertName] = await Promise.all([register(anna), register(bert)]);
  const gameId = await newGame(["Yes", "No"]);
  const { admin } = suite;
  const ticker = admin.getByTestId("ticker");
  const lines = ticker.locator("li");
  await admin.goto("/admin");
  await ticker.getByText("No such bet since this page was opened.").waitFor();

  await bet(anna, gameId, "opt1", "4");
  await ticker.getByText("4.00").waitFor();
  await ticker.getByLabel("From").fill("5");
  await bet(bert, gameId, "opt2", "3");
  await bert.getByText(/Bet \d+ placed/).waitFor();
  await bet(anna, gameId, "opt2", "6");
  await ticker.getByText("6.00").waitFor();
  expect(await lines.count()).toBe(1);

  await ticker.getByLabel("From").fill("");
  await ticker.getByLabel("By").fill("nobody-at-all");
  await ticker.getByLabel("By").press("Enter");
  await ticker.getByText("There is no account named nobody-at-all.").waitFor();
  await ticker.getByLabel("By").fill(bertName.toUpperCase());
  await ticker.getByLabel("By").press("Enter");
  await eventually(() => ticker.getByText("There is no account").count()).toBe(0);
  await anna.getByTestId(`slip-${gameId}:opt1`).getByRole("button", { name: "Done" }).click();
  await bert.getByTestId(`slip-${gameId}:opt2`).getByRole("button", { name: "Done" }).click();
  await bet(anna, gameId, "opt1", "7");
  await anna
    .getByTestId(`slip-${gameId}:opt1`)
    .getByText(/Bet \d+ placed/)
    .waitFor();
  await bet(bert, gameId, "opt2", "8");
  await ticker.getByText("8.00").waitFor();
  expect(await lines.count()).toBe(1);

  await ticker.getByRole("button", { name: /^Void: Bet/ }).click();
  const dialog = admin.getByRole("dialog");
  await dialog.getByLabel("Reason").fill("a typing error of ours");
  await dialog.getByRole("button", { name: "Void this bet" }).click();
  await eventually(() => lines.getAttribute("class")).toContain("void");
  await bert.getByText(/is void: 8\.00 returned/).waitFor();
  await eventually(() => bert.getByTestId("balance").textContent()).toBe("97.00");
  await admin.goto("/admin/audit");
  await eventually(() => admin.getByTestId("audit").textContent()).toContain("a typing error of ours");
});

test("a single bet is voided by its number", async () => {
  const anna = await open();
  await register(anna);
  const { admin } = suite;
  const gameId = await newGame(["Yes", "No"]);
  await bet(anna, gameId, "opt1", "50");
  const first = await anna.getByText(/Bet \d+ placed/).textContent();
  await anna.goto("/");
  await bet(anna, gameId, "opt2", "40");
  await anna.getByText(/Bet \d+ placed/).waitFor();
  await admin.goto(`/admin/games/${gameId}`);
  await admin.getByTestId("void-bet").getByText("Void a single bet").click();
  const id = /\d+/.exec(first ?? "")?.[0] ?? "";
  await admin.getByLabel("Number of the bet").fill(id);
  await admin.getByTestId("void-bet").getByRole("button", { name: "Void" }).click();
  const dialog = admin.getByRole("dialog");
  await dialog.getByLabel("Reason").fill("price error");
  await dialog.getByRole("button", { name: "Void this bet" }).click();
  await anna.getByText(/is void: 50\.00 returned/).waitFor();
  // A second time there is nothing left to void, and the dialogue says so.
  await admin.getByLabel("Number of the bet").fill("999999");
  await admin.getByTestId("void-bet").getByRole("button", { name: "Void" }).click();
  await dialog.getByLabel("Reason").fill("no such bet");
  await dialog.getByRole("button", { name: "Void this bet" }).click();
  await eventually(() => dialog.getByRole("alert").textContent()).toContain("999999");
});

test("through all of this no page threw, broke its content policy or asked another origin", () => {
  expect(suite.faults()).toEqual([]);
});
