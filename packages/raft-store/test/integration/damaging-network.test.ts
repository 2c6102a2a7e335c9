import { expect, test } from "vitest";
import { fuzzSockets } from "../fuzz/sockets.ts";

test("a cluster whose connections carry damaged bytes, and that strangers talk to, loses nothing and goes on", async () => {
  const tally = await fuzzSockets(1, 300);
  expect(tally).toMatchObject({ lost: 0, doubled: 0 });
  expect(tally.piecesDamaged).toBeGreaterThan(5);
  expect(tally.acknowledged).toBeGreaterThan(100);
});
