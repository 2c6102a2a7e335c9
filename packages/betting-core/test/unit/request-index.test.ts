// The index of request records against a plain Map, with insertions and removals in any order.

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Hasher } from "../../src/digest/hasher.ts";
import { RequestIndex } from "../../src/requests/request-index.ts";
import { RequestRows } from "../../src/requests/request-rows.ts";

test("finds what was put in and not taken out, through every collision, displacement and growth, and so does an index made at once", () => {
  // Few different hashes: all in one shard, many with the same home, some of them at its end.
  const hash = fc.tuple(fc.integer({ min: 0, max: 15 }), fc.integer({ min: -6, max: 6 }));
  const deed = fc.tuple(fc.constantFrom("insert" as const, "insert" as const, "remove" as const), hash);
  fc.assert(
    fc.property(fc.array(deed, { maxLength: 120, size: "max" }), (deeds) => {
      const rows = new RequestRows(new Hasher(), true);
      const index = new RequestIndex([rows, rows, rows, rows]);
      const model = new Map<string, number>();
      for (const [what, [shard, home]] of deeds) {
        const [hash0, hash1] = [shard * 1_024, home];
        const name = `${hash0} ${hash1}`;
        const slot = model.get(name);
        expect(index.find(hash0, hash1)).toBe(slot ?? 0);
        if (what === "insert" && slot === undefined) {
          const row = rows.append(hash0, hash1, 0, 0, 0, 0, 0, 0);
          index.insert(hash0, hash1, row * 4 + 3);
          model.set(name, row * 4 + 3);
        } else if (what === "remove" && slot !== undefined) {
          index.remove(hash0, hash1, slot);
          model.delete(name);
        }
      }
      const made = new RequestIndex([rows, rows, rows, rows], (take) => {
        for (const slot of model.values()) {
          take(rows.hash0.get(slot >>> 2), rows.hash1.get(slot >>> 2), slot);
        }
      });
      for (const [name, slot] of model) {
        const [hash0 = 0, hash1 = 0] = name.split(" ").map(Number);
        expect(index.find(hash0, hash1)).toBe(slot);
        expect(made.find(hash0, hash1)).toBe(slot);
      }
    }),
    { numRuns: 300 },
  );
});
