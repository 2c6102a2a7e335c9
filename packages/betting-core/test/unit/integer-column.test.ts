// Packed columns against a plain Map: any integers, in any order, through every width, snapshot and restoration.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { IntegerColumn } from "../../src/columns/integer-column.ts";
import { PAGE_ROWS } from "../../src/columns/page.ts";
import { CodecError } from "../../src/errors.ts";

const LARGEST = Number.MAX_SAFE_INTEGER;
const value = fc.oneof(
  fc.integer({ min: 0, max: 70_000 }),
  fc.integer({ min: 0, max: 0xffff_ffff }).map((above) => 1_700_000_000_000 + above),
  fc.constantFrom(0, 0xffff, 0x1_0000, 0xffff_ffff, 0x1_0000_0000, LARGEST, -1, -LARGEST),
);
const row = fc.oneof(fc.nat({ max: 20 }), fc.nat({ max: 3 * PAGE_ROWS }));
const deed = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(row, value) },
  { weight: 1, arbitrary: fc.constant("freeze" as const) },
);

describe("a packed column", () => {
  test("gives back what was set, and so does what a snapshot kept, whatever is set afterwards", () => {
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 60 }), (deeds) => {
        const column = new IntegerColumn();
        const model = new Map<number, number>();
        const kept: { readonly pages: ReturnType<IntegerColumn["freeze"]>; readonly rows: typeof model }[] =
          [];
        for (const each of deeds) {
          if (each === "freeze") {
            kept.push({ pages: column.freeze(), rows: new Map(model) });
          } else {
            column.set(...each);
            model.set(...each);
          }
        }
        for (const [at, expected] of model) expect(column.get(at)).toBe(expected);
        for (const { pages, rows } of kept) {
          const copy = new IntegerColumn();
          for (const [page, frozen] of pages.entries()) {
            if (frozen !== undefined) copy.restorePage(page, new Uint8Array(frozen.buffer));
          }
          for (const [at, expected] of rows) expect(copy.get(at)).toBe(expected);
        }
      }),
      { numRuns: 150 },
    );
  });

  test("takes two bytes a row where neighbours are alike, four where they are not", () => {
    const bytesFor = (each: (row: number) => number): number => {
      const column = new IntegerColumn();
      for (let at = 0; at < PAGE_ROWS; at++) column.set(at, each(at));
      const bytes = column.freeze()[0]?.buffer.byteLength ?? 0;
      return Math.floor(bytes / PAGE_ROWS);
    };
    expect(bytesFor((at) => 1_700_000_000_000 + at * 15)).toBe(2);
    expect(bytesFor((at) => 1_700_000_000_000 + at * 100)).toBe(4);
    expect(bytesFor((at) => PAGE_ROWS - at)).toBe(2);
    expect(bytesFor((at) => 100_000_000 - at)).toBe(4);
    expect(bytesFor((at) => -at)).toBe(8);
  });

  test("refuses a page that it cannot have written", () => {
    const page = (base: number, width: number, bytes: number): Uint8Array => {
      const made = new Uint8Array(16 + bytes);
      new Float64Array(made.buffer, 0, 2).set([base, width]);
      return made;
    };
    const column = new IntegerColumn();
    expect(() => column.restorePage(0, page(0, 3, 0))).toThrow(CodecError);
    expect(() => column.restorePage(0, page(0.5, 2, 0))).toThrow(CodecError);
    expect(() => column.restorePage(0, page(0, 2, PAGE_ROWS * 2 + 2))).toThrow(CodecError);
    expect(() => column.restorePage(0, page(0, 2, PAGE_ROWS * 2))).not.toThrow();
  });
});
