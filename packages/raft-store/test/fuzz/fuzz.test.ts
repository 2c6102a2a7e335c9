// A taste of `npm run fuzz`, the same every time.
import { expect, test } from "vitest";
import { fuzzFiles } from "./files.ts";
import { fuzzWire } from "./wire.ts";

test("no stream of damaged or senseless bytes is taken for what somebody said", async () => {
  const tally = await fuzzWire(1, 5000);
  // A fuzz that reaches nothing would find nothing.
  for (const count of Object.values(tally)) expect(count).toBeGreaterThan(400);
});

test("no damage to a data directory loses anything in silence", async () => {
  const { recovered, refused } = await fuzzFiles(1, 800);
  expect(recovered + refused).toBe(800);
  expect(recovered).toBeGreaterThan(100);
  expect(refused).toBeGreaterThan(300);
});
