import { expect, test } from "vitest";
import { SeqRing } from "../../src/core/seq-ring.ts";

test("a ring finds what was put in by its number, in any order of deletions, and grows with the span that is left", () => {
  const ring = new SeqRing<string>();
  const left = new Map<number, string>();
  let random = 7;
  for (let step = 0; step < 5000; step++) {
    random = (random * 48_271) % 0x7fff_ffff;
    if (random % 5 < 3) left.set(ring.push(`item ${step}`), `item ${step}`);
    // Mostly the oldest go, now and then one from the middle, and the very first stays for long.
    const seqs = [...left.keys()];
    const gone = seqs[step < 3000 ? 1 + (random % 7) : random % 7];
    if (gone === undefined) continue;
    ring.delete(gone);
    left.delete(gone);
    expect(ring.get(gone)).toBeUndefined();
    expect(ring.oldest).toBe(left.keys().next().value ?? ring.oldest);
  }
  expect([...ring.values()]).toEqual([...left.values()]);
  for (const [seq, item] of left) expect(ring.get(seq)).toBe(item);
});

test("an empty ring names the next number as its oldest", () => {
  const ring = new SeqRing<string>();
  expect(ring.oldest).toBe(1);
  ring.delete(ring.push("a"));
  expect(ring.oldest).toBe(2);
  expect(ring.get(1)).toBeUndefined();
  expect(ring.get(2)).toBeUndefined();
});
