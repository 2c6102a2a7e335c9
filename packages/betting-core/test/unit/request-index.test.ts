// The index of request records against a plain Map, with insertions and removals in any order.

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Hasher } from "../../src/digest/hasher.ts";
import { RequestIndex } from "../../src/requests/request-index.ts";
import { RequestRows } from "../../src/requests/request-rows.ts";

test("finds what was put in and not taken out, through every collision, displacement and growth", () => {
  // Few different hashes: all in one shard, many with the same home.
  const hash = fc.tuple(
    fc.integer({ min: 0, max: 3 }),
    fc.integer({ min: 0, max: 12 }),
    fc.integer({ min: 0, max: 3 }),
  );
  const deed = fc.tuple(fc.constantFrom("insert" as const, "insert" as const, "remove" as const), hash);
  fc.assert(
    fc.property(fc.array(deed, { maxLength: 120, size: "max" }), (deeds) => {
      const rows = new RequestRows(new Hasher(), true);
      const index = new RequestIndex([rows, rows, rows, rows]);
      const model = new Map<string, number>();
      for (const [what, [shard, home, mark]] of deeds) {
        const [hash0, hash1, hash2] = [shard * 1_024, home, mark];
        const name = `${hash0} ${hash1} ${hash2}`;
        const slot = model.get(name);
        expect(index.find(hash0, hash1, hash2)).toBe(slot ?? 0);
        if (what === "insert" && slot === undefined) {
          const row = rows.append(hash0, hash1, hash2, 0, 0, 0, 0, 0, 0);
          index.insert(hash0, hash1, row * 4 + 3);
          model.set(name, row * 4 + 3);
        } else if (what === "remove" && slot !== undefined) {
          index.remove(hash0, hash1, slot);
          model.delete(name);
        }
      }
      for (const [name, slot] of model) {
        const [hash0 = 0, hash1 = 0, hash2 = 0] = name.split(" ").map(Number);
        expect(index.find(hash0, hash1, hash2)).toBe(slot);
      }
    }),
    { numRuns: 300 },
  );
});
