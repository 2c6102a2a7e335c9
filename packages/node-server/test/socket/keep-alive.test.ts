import { expect, it } from "vitest";
import { keepAlive } from "../../src/socket/keep-alive.ts";
import type { Session } from "../../src/socket/session.ts";

function session(lastHeardAt: number) {
  const done: string[] = [];
  const made = { lastHeardAt, ping: () => done.push("ping"), terminate: () => done.push("terminate") };
  return { done, session: made as unknown as Session };
}

it("a silent connection is pinged first and cut after a minute", () => {
  const [lively, quiet, dead] = [session(99_000), session(60_000), session(40_000)];
  keepAlive([lively.session, quiet.session, dead.session], 100_000);
  expect([lively.done, quiet.done, dead.done]).toEqual([[], ["ping"], ["terminate"]]);
});
