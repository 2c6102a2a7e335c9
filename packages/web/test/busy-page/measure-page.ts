// What a page costs, as Chromium's tracing and process table tell it.
import type { Browser, CDPSession } from "playwright-core";

export interface PageCost {
  readonly seconds: number;
  readonly framesPerSecond: number;
  /** Share of the time that the page's main thread was busy. */
  readonly mainThreadShare: number;
  /** Processor time of the page's whole process, all threads, as a share of one core. */
  readonly processShare: number;
  readonly longestTaskMs: number;
  readonly changesPerSecond: number;
}

/** Time to draw the first picture and let the compilers warm up. */
const WARM_MS = 3_000;
const CATEGORIES = "toplevel,devtools.timeline,disabled-by-default-devtools.timeline.frame,__metadata";

/** A task of a thread, whole; what runs within it has events of its own. */
const TASK = "ThreadControllerImpl::RunTask";

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds. */
  readonly ts: number;
  readonly dur?: number;
  readonly args?: { readonly name?: string };
}

export async function measurePage(
  browser: Browser,
  origin: string,
  seconds: number,
  changes: { begin(): void; readonly sent: number },
): Promise<PageCost> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await page.goto(origin);
  await page.locator("[data-testid=games] li").nth(30).waitFor();
  changes.begin();
  await page.waitForTimeout(WARM_MS);
  const whole = await browser.newBrowserCDPSession();
  const events: TraceEvent[] = [];
  whole.on("Tracing.dataCollected", ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  const before = await processorTimes(whole);
  await whole.send("Tracing.start", {
    transferMode: "ReportEvents",
    traceConfig: { includedCategories: CATEGORIES.split(","), recordMode: "recordAsMuchAsPossible" },
  });
  const from = performance.now();
  const sentBefore = changes.sent;
  const frames = await page.evaluate(async (milliseconds) => {
    let count = 0;
    const end = performance.now() + milliseconds;
    await new Promise<void>((resolve) => {
      const step = (now: number): void => {
        count += 1;
        if (now < end) requestAnimationFrame(step);
        else resolve();
      };
      requestAnimationFrame(step);
    });
    return count;
  }, seconds * 1000);
  const took = (performance.now() - from) / 1000;
  const changesPerSecond = Math.round((changes.sent - sentBefore) / took);
  const after = await processorTimes(whole);
  const complete = new Promise<unknown>((resolve) => {
    whole.once("Tracing.tracingComplete", resolve);
  });
  await whole.send("Tracing.end");
  await complete;
  await context.close();
  return {
    changesPerSecond,
    seconds: took,
    framesPerSecond: round(frames / took),
    ...busiest(events, took, before, after),
  };
}

/** Of the processes that show pages, the one whose main thread worked most: ours. */
function busiest(
  events: readonly TraceEvent[],
  seconds: number,
  before: ReadonlyMap<number, number>,
  after: ReadonlyMap<number, number>,
): Pick<PageCost, "mainThreadShare" | "processShare" | "longestTaskMs"> {
  const mains = events.filter(({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain");
  const costs = mains.map(({ pid, tid }) => {
    const tasks = events.filter(
      (event) => event.pid === pid && event.tid === tid && event.ph === "X" && event.name === TASK,
    );
    const durations = tasks.map(({ dur = 0 }) => dur / 1000);
    return {
      mainThreadShare: round(durations.reduce((sum, each) => sum + each, 0) / 1000 / seconds),
      processShare: round(((after.get(pid) ?? 0) - (before.get(pid) ?? 0)) / seconds),
      longestTaskMs: round(durations.reduce((most, each) => Math.max(most, each), 0)),
    };
  });
  const [most] = costs.sort((a, b) => b.processShare - a.processShare);
  if (most === undefined) throw new Error("the trace names no page's main thread");
  return most;
}

/** Seconds of processor time by process id. */
async function processorTimes(session: CDPSession): Promise<ReadonlyMap<number, number>> {
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  return new Map(processInfo.map(({ id, cpuTime }) => [id, cpuTime]));
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
