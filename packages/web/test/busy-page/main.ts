// npm run bench:page [-- --seconds N --json]: what 1000 odds changes a second cost the page, by the browser's own account.
//
// The built page in Chromium, against a server of this program's that sends what a game node sends: an `oddsChanged` a
// game, twenty times a second (as often as a node ever does), for fifty games. The figures are Chromium's: trace events
// of the page's main thread, frames drawn, processor time of its process.
import { parseArgs } from "node:util";
import { launchChromium } from "../browser/support/browser.ts";
import { measurePage } from "./measure-page.ts";
import { startOddsServer } from "./odds-server.ts";

const { values } = parseArgs({ options: { seconds: { type: "string" }, json: { type: "boolean" } } });
const seconds = Number(values.seconds ?? 10);
const browser = await launchChromium();
const server = await startOddsServer({ games: 50, changesPerSecond: 1_000 });
try {
  const idle = await measurePage(browser, server.origin, seconds, { begin: () => undefined, sent: 0 });
  const busy = await measurePage(browser, server.origin, seconds, server);
  const figures = {
    bench: "page",
    node: process.version,
    browser: browser.version(),
    changesPerSecond: busy.changesPerSecond,
    framesPerSecond: busy.framesPerSecond,
    idleFramesPerSecond: idle.framesPerSecond,
    mainThreadShare: busy.mainThreadShare,
    processShare: busy.processShare,
    longestTaskMs: busy.longestTaskMs,
  };
  process.stdout.write(`${values.json ? JSON.stringify(figures) : JSON.stringify(figures, null, 2)}\n`);
} finally {
  await browser.close();
  await server.close();
}
