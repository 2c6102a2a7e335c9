// The whole system as a user starts it, spoken to through its entry point alone: the public interface, row by row.
// One system serves all suites; each makes its own users and games.
import { afterAll, beforeAll, expect, it } from "vitest";
import { accountsSuite } from "./suites/accounts.ts";
import { badRequestsSuite } from "./suites/bad-requests.ts";
import { betsSuite } from "./suites/bets.ts";
import { entryPointSuite } from "./suites/entry-point.ts";
import { examplesSuite } from "./suites/examples.ts";
import { faultsSuite } from "./suites/faults.ts";
import { gamesSuite } from "./suites/games.ts";
import { idempotencySuite } from "./suites/idempotency.ts";
import { balancedBookSuite, moneySuite } from "./suites/money.ts";
import { socketsSuite } from "./suites/sockets.ts";
import { tourSuite } from "./tour/tour.ts";
import { World } from "./support/people.ts";
import { ADMIN, System } from "./support/system.ts";

let system: System;
let theWorld: World;
const world = (): World => theWorld;

beforeAll(async () => {
  system = await System.startFresh({
    QUORUMBOOK_ADMIN: `${ADMIN.username}:${ADMIN.password}`,
    QUORUMBOOK_RATE_LIMIT: "0",
  });
  theWorld = await World.of(system);
});

afterAll(() => system?.dispose());

entryPointSuite(world);
accountsSuite(world);
badRequestsSuite(world);
gamesSuite(world);
betsSuite(world);
idempotencySuite(world);
moneySuite(world);
socketsSuite(world);
tourSuite(world);
examplesSuite(world);
faultsSuite(world);
balancedBookSuite(world);

it("stops on SIGTERM to npm with exit code 0 and no process left", async () => {
  expect(system.processes().length).toBeGreaterThan(5);
  const { exitCode, leftBehind } = await system.stop({ signal: "SIGTERM", toGroup: false });
  expect({ exitCode, leftBehind }).toEqual({ exitCode: 0, leftBehind: [] });
});
