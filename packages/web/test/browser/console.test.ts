// What an admin watches and changes in the console, against the real system.
import { expect, test } from "vitest";
import { bet, register, signIn } from "./support/browser.ts";
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
  await eventually(() => dialog.getByRole("alert").textContent()).toBe("There is no bet of this number.");
});

test("a bet that covers another is voided only once the admin says that the margin may be exceeded", async () => {
  const anna = await open();
  await register(anna);
  const { admin } = suite;
  await anna.goto("/account");
  await anna.getByLabel("Amount").fill("1000");
  await anna.getByRole("button", { name: "Deposit" }).click();
  await eventually(() => anna.getByTestId("balance").textContent()).toMatch(/1,?100\.00/);
  const gameId = await newGame(["Swift", "Thunder", "Comet"]);
  await admin.goto("/admin");
  await anna.goto(`/games/${gameId}`);
  await bet(anna, gameId, "opt1", "200");
  const placed = await anna.getByText(/Bet \d+ placed/).textContent();
  const id = Number(/\d+/.exec(placed ?? "")?.[0]);
  const second = anna.getByTestId(`slip-${gameId}:opt2`);
  await anna.getByTestId(`outcome-${gameId}-opt2`).click();
  // As much as the stake on the first covers, so that without it the game costs more than its margin.
  await second.getByRole("button", { name: "Max" }).click();
  await second.getByRole("button", { name: /^Place bet/ }).click();
  await second.getByText(/Bet \d+ placed/).waitFor();

  const dialog = admin.getByRole("dialog");
  const confirm = dialog.getByRole("button", { name: "Void this bet" });
  await admin.getByRole("button", { name: `Void: Bet ${id}`, exact: true }).click();
  await dialog.getByLabel("Reason").fill("placed after the start");
  await confirm.click();
  await dialog.getByText(/the house could lose more on the game than its margin/).waitFor();
  const force = dialog.getByLabel(/Void it all the same/);
  expect(await confirm.isDisabled()).toBe(true);
  // Nothing was done, and a tick that is taken back does nothing either.
  await force.check();
  await force.uncheck();
  expect(await confirm.isDisabled()).toBe(true);
  expect(await anna.getByText(/is void/).count()).toBe(0);
  await force.check();
  await confirm.click();
  await dialog.waitFor({ state: "detached" });
  await anna.getByText(`Bet ${id} is void: 200.00 returned.`).waitFor();
  await eventually(() => admin.getByTestId(`ticker-${id}`).getAttribute("class")).toBe("void");
  await admin.goto(`/admin/games/${gameId}`);
  // What was forced is on the page: the worst case is beyond the margin of 500.
  await eventually(async () =>
    Number(
      (
        await admin.locator(".figures", { hasText: "Worst case" }).locator("dd").nth(1).textContent()
      )?.replaceAll(",", ""),
    ),
  ).toBeGreaterThan(500);
  await admin.goto("/admin/audit");
  await eventually(() => admin.getByTestId("audit").textContent()).toContain("placed after the start");
});

test("the ticker offers to void open bets alone: not what was withdrawn, sold or settled", async () => {
  const [anna, deputy] = await Promise.all([open(), open()]);
  await Promise.all([
    register(anna),
    signIn(deputy, suite.system.admin.username, suite.system.admin.password),
  ]);
  const { admin } = suite;
  const gameId = await newGame(["Swift", "Thunder", "Comet"]);
  await admin.goto("/admin");
  const ids: number[] = [];
  for (const [outcome, stake] of [
    ["opt1", "10"],
    ["opt2", "11"],
    ["opt3", "12"],
  ] as const) {
    await bet(anna, gameId, outcome, stake);
    const placed = anna.getByTestId(`slip-${gameId}:${outcome}`).getByText(/Bet \d+ placed/);
    ids.push(Number(/\d+/.exec((await placed.textContent()) ?? "")?.[0]));
  }
  const [withdrawn, sold, left] = ids.map((id) => admin.getByTestId(`ticker-${id}`));
  const offers = () =>
    admin
      .getByTestId("ticker")
      .getByRole("button", { name: /^Void: Bet/ })
      .count();
  await eventually(offers).toBe(3);

  await anna.goto("/bets");
  await anna
    .getByTestId(`cash-out-${ids[1] ?? 0}`)
    .getByRole("button", { name: "Cash out" })
    .click();
  await anna.getByRole("button", { name: /^Cash out for/ }).click();
  await eventually(() => sold?.textContent()).toContain("Cashed out");
  expect(await offers()).toBe(2);

  const dialog = deputy.getByRole("dialog");
  await deputy.goto(`/admin/games/${gameId}`);
  const panel = deputy.getByTestId("withdraw-outcome");
  await panel.getByText("Withdraw an outcome").click();
  await panel.getByLabel("Outcome").selectOption("Swift");
  await panel.getByRole("button", { name: "Withdraw", exact: true }).click();
  await dialog.getByLabel("Reason").fill("lame");
  await dialog.getByRole("button", { name: "Withdraw this outcome" }).click();
  await dialog.waitFor({ state: "detached" });
  await eventually(() => withdrawn?.getAttribute("class")).toBe("void");
  expect(await offers()).toBe(1);
  // The bettor reads why.
  await anna
    .getByTestId(`bet-${ids[0] ?? 0}`)
    .getByText("Swift was withdrawn: your stake went back.")
    .waitFor();

  await deputy.getByRole("button", { name: "Close betting" }).click();
  await dialog.getByRole("button", { name: "Close betting" }).click();
  await dialog.waitFor({ state: "detached" });
  await anna
    .getByTestId(`bet-${ids[2] ?? 0}`)
    .getByText("Betting has closed. The result is to come.")
    .waitFor();
  await deputy.getByRole("button", { name: "Settle", exact: true }).click();
  await dialog.getByLabel("Thunder").check();
  await dialog.getByRole("button", { name: "Preview" }).click();
  await dialog.getByRole("button", { name: "Settle now" }).click();
  await eventually(() => left?.textContent()).toContain("Settled");
  expect(await offers()).toBe(0);
  await anna
    .getByTestId(`bet-${ids[2] ?? 0}`)
    .getByText("Result: Thunder")
    .waitFor();
});

test("after a dialogue the keyboard is where it was, or at what took that place", async () => {
  const { admin } = suite;
  const gameId = await newGame(["Yes", "No"]);
  await admin.goto(`/admin/games/${gameId}`);
  const focused = () => admin.evaluate(() => document.activeElement?.textContent);
  const dialog = admin.getByRole("dialog");
  await admin.getByRole("button", { name: "Void", exact: true }).first().focus();
  await admin.keyboard.press("Enter");
  await dialog.getByRole("button", { name: "Cancel" }).press("Enter");
  await eventually(focused).toBe("Void");
  await admin.keyboard.press("Enter");
  await dialog.waitFor();
  await admin.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  await eventually(focused).toBe("Void");
  // Suspend goes away with what it does; Resume stands in its place.
  await admin.getByRole("button", { name: "Suspend" }).press("Enter");
  await dialog.getByRole("button", { name: "Suspend" }).press("Enter");
  await dialog.waitFor({ state: "detached" });
  await eventually(focused).toBe("Resume");
  // A button that waits for its answer keeps the keyboard, and does its work once.
  await admin.getByRole("button", { name: "Close betting" }).click();
  await dialog.getByRole("button", { name: "Close betting" }).click();
  await dialog.waitFor({ state: "detached" });
  await admin.getByRole("button", { name: "Settle", exact: true }).click();
  await dialog.getByLabel("Yes").check();
  let previews = 0;
  let answer: () => void = () => undefined;
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await admin.route("**/settle/preview", async (route) => {
    previews += 1;
    await answered;
    return route.fallback();
  });
  await dialog.getByRole("button", { name: "Preview" }).focus();
  await admin.keyboard.press("Enter");
  await eventually(() => dialog.getByRole("button", { name: "Preview" }).getAttribute("aria-disabled")).toBe(
    "true",
  );
  await admin.keyboard.press("Enter");
  answer();
  await dialog.getByTestId("settle-preview").waitFor();
  await eventually(focused).toBe("Settle now");
  expect(previews).toBe(1);
});

test("what if: a bet, a void and other terms are worked out before anything is done", async () => {
  const anna = await open();
  await register(anna);
  const { admin } = suite;
  const gameId = await newGame(["Yes", "No"]);
  await bet(anna, gameId, "opt1", "20");
  await anna.getByText(/Bet \d+ placed/).waitFor();
  const taken = Number(
    /at ([\d.]+) returns/.exec((await anna.getByTestId(`slip-${gameId}:opt1`).textContent()) ?? "")?.[1],
  );
  await admin.goto(`/admin/games/${gameId}`);
  await admin.getByTestId("exposure").waitFor();
  await admin.locator(".chart canvas").first().waitFor();
  const whatIf = admin.getByTestId("what-if");
  const rows = async () => await whatIf.locator("tbody tr").allTextContents();

  await whatIf.getByLabel("Stake").fill("10");
  await whatIf.getByText(/It would pay/).waitFor();
  await whatIf.getByLabel("Stake").fill("99999");
  await whatIf.getByText("The book would not take this bet now.").waitFor();

  await whatIf.getByLabel("Change").selectOption("voidBet");
  await whatIf.getByLabel("Stake").fill("20");
  await whatIf.getByLabel("Taken at odds of").fill(String(taken));
  await eventually(async () => (await rows()).map((row) => row.includes("0.00"))).toEqual([true, true]);
  await whatIf.getByText("The worst case would be 0.00").waitFor();

  await whatIf.getByLabel("Change").selectOption("margin");
  await whatIf.getByRole("textbox", { name: "Margin" }).fill("1");
  await whatIf
    .getByText(/more than the margin allows|of the margin 1\.00/)
    .first()
    .waitFor();
  await whatIf.getByLabel("Change").selectOption("commission");
  await whatIf.getByRole("textbox", { name: "Commission %" }).fill("50");
  await eventually(async () => (await rows()).length).toBe(2);
  await whatIf.getByLabel("Change").selectOption("voidGame");
  await whatIf.getByText("The worst case would be 0.00").waitFor();

  // The ladder has the game, and follows what is bet.
  await admin.goto("/admin");
  const ladder = admin.getByTestId("ladder");
  await ladder.locator("canvas").waitFor();
  await ladder.getByText("As a table").click();
  await ladder
    .getByRole("link", { name: /^Match/ })
    .first()
    .waitFor();
  await ladder.getByText(/of its bankroll/).waitFor();
});

test("an outcome is withdrawn: refused first for the margin, then forced, and everybody sees it at once", async () => {
  const [anna, guest] = await Promise.all([open(), open()]);
  await register(anna);
  const { admin } = suite;
  await anna.goto("/account");
  await anna.getByLabel("Amount").fill("1000");
  await anna.getByRole("button", { name: "Deposit" }).click();
  await eventually(() => anna.getByTestId("balance").textContent()).toMatch(/1,?100\.00/);
  const gameId = await newGame(["Swift", "Thunder", "Comet"]);
  await guest.goto(`/games/${gameId}`);
  await anna.goto(`/games/${gameId}`);
  await bet(anna, gameId, "opt1", "200");
  await anna.getByText(/Bet \d+ placed/).waitFor();
  const second = anna.getByTestId(`slip-${gameId}:opt2`);
  await anna.getByTestId(`outcome-${gameId}-opt2`).click();
  // As much as the stake on the first covers, so that without it the game costs more than its margin.
  await second.getByRole("button", { name: "Max" }).click();
  await second.getByRole("button", { name: /^Place bet/ }).click();
  await second.getByText(/Bet \d+ placed/).waitFor();

  await admin.goto(`/admin/games/${gameId}`);
  const panel = admin.getByTestId("withdraw-outcome");
  const dialog = admin.getByRole("dialog");
  await panel.getByText("Withdraw an outcome").click();
  await panel.getByLabel("Outcome").selectOption("Swift");
  await panel.getByRole("button", { name: "Withdraw", exact: true }).click();
  await dialog.getByText("Withdraw Swift?").waitFor();
  await dialog.getByLabel("Reason").fill("lame this morning");
  const confirm = dialog.getByRole("button", { name: "Withdraw this outcome" });
  await confirm.click();
  await dialog.getByText(/the house could lose more on the game than its margin/).waitFor();
  expect(await confirm.isDisabled()).toBe(true);
  await dialog.getByLabel(/Withdraw it all the same/).check();
  await confirm.click();
  await dialog.waitFor({ state: "detached" });

  for (const page of [anna, guest]) {
    const outcome = page.getByTestId(`outcome-${gameId}-opt1`);
    await eventually(() => outcome.locator(".odds").textContent()).toBe("Withdrawn");
    expect(await outcome.isDisabled()).toBe(true);
  }
  await guest.getByTestId(`outcome-${gameId}-opt3`).click();
  await guest.reload();
  await guest.getByTestId(`outcome-${gameId}-opt1`).getByText("Withdrawn").waitFor();
  await anna.getByText(/is void: 200\.00 returned/).waitFor();
  // Two are left, of which none can go.
  await eventually(() => panel.count()).toBe(0);
  await eventually(() => admin.getByTestId("exposure").textContent()).toContain("Swift Withdrawn");

  await admin.getByRole("button", { name: "Close betting" }).click();
  await dialog.getByRole("button", { name: "Close betting" }).click();
  await dialog.waitFor({ state: "detached" });
  await admin.getByRole("button", { name: "Settle", exact: true }).click();
  await dialog.getByLabel("Thunder").waitFor();
  expect(await dialog.getByLabel("Swift").count()).toBe(0);
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await admin.goto("/admin/audit");
  await eventually(() => admin.getByTestId("audit").textContent()).toContain("Withdrew an outcome");
});

test("a suspension tells its reason to everybody, a dead heat its winners, and a push that all went back", async () => {
  const [anna, guest] = await Promise.all([open(), open()]);
  await register(anna);
  const { admin } = suite;
  const gameId = await newGame(["Home", "Draw", "Away"]);
  await bet(anna, gameId, "opt1", "10");
  const slip = anna.getByTestId(`slip-${gameId}:opt1`);
  await slip.getByText(/Bet \d+ placed/).waitFor();
  const returns = Number(/returns ([\d.]+)/.exec((await slip.textContent()) ?? "")?.[1]);
  await guest.goto(`/games/${gameId}`);
  await admin.goto(`/admin/games/${gameId}`);
  const dialog = admin.getByRole("dialog");
  const act = async (action: string, inDialog: () => Promise<void>): Promise<void> => {
    await admin.getByRole("button", { name: action, exact: true }).first().click();
    await inDialog();
    await dialog.waitFor({ state: "detached" });
  };
  await act("Suspend", async () => {
    await dialog.getByLabel("Reason").fill("<b>goal</b> under review");
    await dialog.getByRole("button", { name: "Suspend" }).click();
  });
  await guest.getByText("Betting is suspended: <b>goal</b> under review").waitFor();
  await act("Close betting", () => dialog.getByRole("button", { name: "Close betting" }).click());
  await eventually(() => guest.getByText("Betting is suspended").count()).toBe(0);

  await act("Settle", async () => {
    await dialog.getByRole("button", { name: "Dead heat" }).click();
    await dialog.getByLabel("Home").check();
    expect(await dialog.getByRole("button", { name: "Preview" }).isDisabled()).toBe(true);
    await dialog.getByLabel("Draw").check();
    await dialog.getByRole("button", { name: "Preview" }).click();
    await dialog.getByTestId("settle-preview").waitFor();
    await dialog.getByRole("button", { name: "Settle now" }).click();
  });
  await eventually(() => guest.getByText("✓ Dead heat").count()).toBe(2);
  const half = (90 + Math.floor((returns * 100) / 2) / 100).toFixed(2);
  await eventually(() => anna.getByTestId("balance").textContent()).toBe(half);

  await act("Settle anew", async () => {
    await dialog.getByRole("button", { name: "Nothing decided" }).click();
    await dialog.getByLabel("Reason").fill("race annulled");
    await dialog.getByRole("button", { name: "Settle now" }).click();
  });
  await guest.getByText("Nothing was decided: all stakes went back.").waitFor();
  await eventually(() => guest.getByText("✓ Dead heat").count()).toBe(0);
  await eventually(() => anna.getByTestId("balance").textContent()).toBe("100.00");
});

test("through all of this no page threw, broke its content policy or asked another origin", () => {
  expect(suite.faults()).toEqual([]);
});
