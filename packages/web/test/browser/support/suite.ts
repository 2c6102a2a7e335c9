// What the test files of the page share: one system and one browser a file, an admin who is signed in, and pages that
// are closed after each test.
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { type Watched, createGame, launchChromium, openPage, signIn } from "./browser.ts";
import { type System, startSystem } from "./system.ts";

export interface Suite {
  readonly system: System;
  /** Signed in as the admin. */
  readonly admin: Page;
  /** A page of another person. */
  readonly open: (path?: string, options?: Parameters<typeof openPage>[3]) => Promise<Page>;
  /** A game that no other test touches. @returns its id */
  readonly newGame: (outcomes?: readonly string[], name?: string) => Promise<number>;
  /** What pages did that none may do, so far. */
  readonly faults: () => string[];
}

/** Waits until what is read is as expected; the machine may be busy with three nodes and two browsers. */
export function eventually<Value>(read: () => Value): ReturnType<typeof expect.poll<Value>> {
  return expect.poll(read, { timeout: 20_000 });
}

/** Call once at the top of a test file. @param options of `npm start` */
export function startSuite(...options: readonly string[]): Suite {
  const watched: Watched[] = [];
  let running: { browser: Browser; system: System; admin: Page } | undefined;
  let games = 0;

  const now = () => {
    if (!running) throw new Error("the suite is used before it has started");
    return running;
  };
  const open: Suite["open"] = async (path = "/", options = {}) => {
    const opened = await openPage(now().browser, now().system, path, options);
    watched.push(opened);
    return opened.page;
  };

  beforeAll(async () => {
    // First, so that a machine without Chromium says so at once.
    const browser = await launchChromium();
    try {
      const system = await startSystem(...options);
      const first = await openPage(browser, system);
      running = { browser, system, admin: first.page };
      watched.push(first);
      await signIn(first.page, system.admin.username, system.admin.password);
    } catch (error) {
      await browser.close();
      throw error;
    }
  });
  // Pages of a test that is over would go on listening.
  afterEach(async () => {
    const others = watched
      .map(({ page }) => page)
      .filter((page) => page !== running?.admin && !page.isClosed());
    await Promise.all(others.map((page) => page.context().close()));
  });
  afterAll(async () => {
    await running?.browser.close();
    await running?.system.stop();
  });

  return {
    get system() {
      return now().system;
    },
    get admin() {
      return now().admin;
    },
    open,
    newGame: (outcomes = ["Home", "Draw", "Away"], name = `Match ${++games}`) =>
      createGame(now().admin, name, outcomes),
    faults: () => watched.flatMap(({ faults }) => faults),
  };
}
