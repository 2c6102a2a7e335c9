import { array, assert, constantFrom, nat, property, record } from "fast-check";
import { expect, it } from "vitest";
import { Sessions } from "../../../src/replication/nats/sessions.ts";

it("takes each batch once, in whatever order they come", () => {
  const sessions = new Sessions();
  expect([3, 1, 2, 1, 3].map((seq) => sessions.note("a", seq, 1))).toEqual([true, true, true, false, false]);
  expect(sessions.note("b", 1, 1)).toBe(true);
});

it("drops a batch that its sender gave up before a later one", () => {
  const sessions = new Sessions();
  expect(sessions.note("a", 2, 2)).toBe(true);
  expect(sessions.note("a", 1, 1)).toBe(false);
});

it("says the same after a snapshot as before", () => {
  const notes = array(record({ session: constantFrom("a", "b"), seq: nat(20), floor: nat(20) }));
  assert(
    property(notes, notes, (before, after) => {
      const sessions = new Sessions();
      for (const { session, seq, floor } of before) sessions.note(session, seq, floor);
      const restored = new Sessions(JSON.parse(JSON.stringify(sessions.rows())));
      for (const { session, seq, floor } of after) {
        expect(restored.note(session, seq, floor)).toBe(sessions.note(session, seq, floor));
      }
    }),
  );
});

it("remembers no more sessions than can matter, those heard of last", () => {
  const sessions = new Sessions();
  for (let i = 0; i < 2_000; i += 1) {
    sessions.note(`s${i}`, 1, 1);
    sessions.note("old", i + 1, i + 1);
  }
  expect(sessions.rows().length).toBe(1_000);
  expect(sessions.note("old", 2_000, 2_000)).toBe(false);
});
