import { expect, test } from "vitest";
import type { Entry, EntryType } from "../../src/core/entry.ts";
import { RaftLog } from "../../src/core/raft-log.ts";
import { logIndex, term, unixMillis } from "../../src/units.ts";

const TYPES: readonly EntryType[] = ["command", "noop", "config", "version", "digest"];

function entry(index: number, ofTerm: number, dataBytes = index % 7): Entry {
  const data = new Uint8Array(dataBytes).fill(index);
  const type = TYPES[index % TYPES.length] as EntryType;
  const at = unixMillis(1_700_000_000_000 + index);
  return {
    index: logIndex(index),
    term: term(ofTerm),
    at,
    type,
    session: 2 ** 53 - index,
    seq: 3 * index,
    data,
  };
}

function entries(from: number, count: number, ofTerm = 1): Entry[] {
  return Array.from({ length: count }, (_, i) => entry(from + i, ofTerm));
}

test("a packed log reads as one that is not, whatever is appended, packed, cut off and compacted", () => {
  const log = new RaftLog({ index: logIndex(0), term: term(0) }, []);
  let all: Entry[] = [];
  let base = { index: 0, term: 0 };
  let done = 0;
  let ofTerm = 1;
  let random = 11;
  const next = (below: number): number => {
    random = (random * 48_271) % 0x7fff_ffff;
    return random % below;
  };
  for (let step = 0; step < 600; step++) {
    const last = base.index + all.length;
    switch (next(5)) {
      case 0:
      case 1: {
        const more = entries(last + 1, next(200), ofTerm);
        log.append(more);
        all.push(...more);
        break;
      }
      case 2:
        done = Math.max(done, base.index + next(all.length + 1));
        log.pack(logIndex(done));
        break;
      case 3:
        ofTerm += 1;
        if (done < last) {
          const from = done + 1 + next(last - done);
          log.truncateFrom(logIndex(from));
          all = all.slice(0, from - base.index - 1);
        }
        break;
      default: {
        const through = base.index + next(Math.max(1, done - base.index));
        if (through <= base.index) break;
        log.compact(logIndex(through));
        const cut = all[through - base.index - 1] as Entry;
        all = all.slice(through - base.index);
        base = { index: cut.index, term: cut.term };
      }
    }
    expect(log.base).toEqual(base);
    expect(log.lastIndex).toBe(base.index + all.length);
    expect(log.lastTerm).toBe(all.at(-1)?.term ?? base.term);
    expect(log.lastAt).toBe(all.at(-1)?.at);
    expect(log.entryAt(logIndex(base.index))).toBeUndefined();
    expect(log.termAt(logIndex(base.index + all.length + 1))).toBeUndefined();
    if (step % 20 !== 0 || all.length === 0) continue;
    expect(log.slice(logIndex(base.index + 1), log.lastIndex)).toEqual(all);
    for (const held of all) expect(log.termAt(held.index)).toBe(held.term);
    const from = next(all.length);
    const part = all.slice(from, from + 40);
    const bytes = part.reduce((sum, { data }) => sum + data.length + 48, 0);
    const [first, end] = [logIndex(base.index + 1 + from), logIndex(base.index + from + part.length)];
    if (first > done) expect(log.bytesOf(first, end)).toBe(bytes);
    expect(log.slice(first, log.lastIndex, bytes)).toEqual(part);
  }
  expect(base.index).toBeGreaterThan(1000);
});

test("packed entries let go of the memory that they came in", () => {
  const log = new RaftLog({ index: logIndex(0), term: term(0) }, []);
  const frame = new Uint8Array(1 << 20);
  log.append(entries(1, 64).map((each) => ({ ...each, data: frame.subarray(each.index, each.index + 9) })));
  log.pack(logIndex(64));
  expect(log.entryAt(logIndex(3))?.data.buffer).not.toBe(frame.buffer);
});

test("commands longer than a page are packed like others", () => {
  const log = new RaftLog({ index: logIndex(0), term: term(0) }, []);
  const long = Array.from({ length: 12 }, (_, i) => entry(i + 1, 1, i % 3 === 0 ? 300 << 10 : 100 << 10));
  log.append(long);
  log.pack(logIndex(12));
  for (const { index, data } of long) {
    const held = log.entryAt(index)?.data ?? new Uint8Array();
    expect(Buffer.compare(held, data)).toBe(0);
  }
});

test("what is packed is not cut off", () => {
  const log = new RaftLog({ index: logIndex(0), term: term(0) }, entries(1, 100));
  log.pack(logIndex(100));
  expect(() => log.truncateFrom(logIndex(100))).toThrow("truncation");
  log.append(entries(101, 3, 2));
  expect(log.lastTerm).toBe(2);
  log.truncateFrom(logIndex(101));
  expect(log.lastIndex).toBe(100);
  expect(log.lastTerm).toBe(1);
  expect(log.lastAt).toBe(entry(100, 1).at);
});
