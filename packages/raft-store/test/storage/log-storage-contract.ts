import { describe, expect, test } from "vitest";
import type { LogStorage } from "../../src/storage/log-storage.ts";
import { logIndex, nodeId, term } from "../../src/units.ts";
import { entries, entry, plain } from "./fixtures.ts";

/** A place for one log: `log` gives a new object over what is there, as after a restart. */
export interface LogPlace {
  log(): LogStorage;
}

/** What every LogStorage keeps, whatever it is made of. */
export function testLogStorage(name: string, place: () => LogPlace): void {
  async function reopened(at: LogPlace): Promise<Awaited<ReturnType<LogStorage["open"]>>> {
    const log = at.log();
    const recovered = await log.open();
    await log.close();
    return recovered;
  }

  async function filled(at: LogPlace, use: (log: LogStorage) => Promise<void>): Promise<void> {
    const log = at.log();
    await log.open();
    await use(log);
    await log.close();
  }

  describe(`${name} keeps the contract of a log storage`, () => {
    test("a new log is empty, of term 0, without a vote", async () => {
      expect(await reopened(place())).toEqual({
        hardState: { currentTerm: 0, votedFor: null },
        base: { index: 0, term: 0 },
        entries: [],
      });
    });

    test("what was appended is there after a restart, with every field as it was", async () => {
      const at = place();
      const written = [entry(1, { type: "noop", data: "" }), entry(2), entry(3, { type: "config", term: 2 })];
      await filled(at, (log) => log.append([{ entries: written }]));
      expect(plain((await reopened(at)).entries)).toEqual(plain(written));
    });

    test("the last of several terms and votes is the one that is found", async () => {
      const at = place();
      const first = { currentTerm: term(3), votedFor: nodeId("a") };
      const last = { currentTerm: term(4), votedFor: null };
      await filled(at, async (log) => {
        await log.append([{ hardState: first, entries: [] }, { entries: [entry(1)] }]);
        await log.append([{ hardState: last, entries: [] }]);
      });
      expect((await reopened(at)).hardState).toEqual(last);
    });

    test("a conflicting suffix is gone, and what took its place is there", async () => {
      const at = place();
      await filled(at, async (log) => {
        await log.append([{ entries: entries(1, 5) }]);
        await log.append([{ truncateFrom: logIndex(3), entries: entries(3, 4, { term: 2 }) }]);
      });
      expect(plain((await reopened(at)).entries)).toEqual(
        plain([...entries(1, 2), ...entries(3, 4, { term: 2 })]),
      );
    });

    test("several truncations, down to the first entry, leave the last version of each", async () => {
      const at = place();
      await filled(at, async (log) => {
        await log.append([{ entries: entries(1, 5) }]);
        await log.append([
          { truncateFrom: logIndex(2), entries: entries(2, 3, { term: 2 }) },
          { truncateFrom: logIndex(1), entries: entries(1, 2, { term: 3 }) },
        ]);
      });
      expect(plain((await reopened(at)).entries)).toEqual(plain(entries(1, 2, { term: 3 })));
    });

    test("a reset forgets all entries, and the log goes on behind it", async () => {
      const at = place();
      await filled(at, async (log) => {
        await log.append([{ entries: entries(1, 5) }]);
        await log.append([
          { reset: { index: logIndex(100), term: term(7) }, entries: [entry(101, { term: 7 })] },
        ]);
      });
      const found = await reopened(at);
      expect(found.base).toEqual({ index: 100, term: 7 });
      expect(plain(found.entries)).toEqual(plain([entry(101, { term: 7 })]));
    });

    test("compaction keeps everything behind the index, and what is kept before it is whole", async () => {
      const at = place();
      await filled(at, async (log) => {
        for (let i = 1; i <= 40; i++) await log.append([{ entries: [entry(i, { data: "x".repeat(100) })] }]);
        await log.compact(logIndex(30));
        await log.append([{ entries: [entry(41)] }]);
      });
      const found = await reopened(at);
      expect(found.base.index).toBeLessThanOrEqual(30);
      expect(found.entries.map(({ index }) => index)).toEqual(
        Array.from({ length: 41 - found.base.index }, (_, i) => found.base.index + 1 + i),
      );
    });

    test("it goes on where it was after any number of restarts", async () => {
      const at = place();
      for (let i = 1; i <= 8; i++) {
        await filled(at, async (log) => {
          const hardState = { currentTerm: term(i), votedFor: nodeId("b") };
          await log.append([{ hardState, entries: [entry(i, { term: i })] }]);
        });
      }
      const found = await reopened(at);
      expect(found.hardState).toEqual({ currentTerm: 8, votedFor: "b" });
      expect(found.entries.map((each) => Number(each.term))).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    });

    test("an entry longer than a segment is kept whole", async () => {
      const at = place();
      const long = entry(1, { data: "0123456789".repeat(2000) });
      await filled(at, (log) => log.append([{ entries: [long] }, { entries: [entry(2)] }]));
      expect(plain((await reopened(at)).entries)).toEqual(plain([long, entry(2)]));
    });
  });
}
