import { describe, expect, test } from "vitest";
import { CommandsAhead } from "../src/commands-ahead.ts";
import { entries } from "./storage/fixtures.ts";

/** Makes an object of its own each time, and cannot read "poison". */
function ahead(): CommandsAhead<{ text: string }> {
  return new CommandsAhead({
    encode: ({ text }) => Buffer.from(text),
    decode: (bytes) => {
      const text = Buffer.from(bytes).toString();
      if (text === "poison") throw new Error("cannot be read");
      return { text };
    },
  });
}

describe("commands decoded before their turn", () => {
  test("are the objects that are taken", () => {
    const commands = ahead();
    const next = entries(5, 8);
    const told = commands.decode(next);
    expect(told).toHaveLength(4);
    for (const [at, entry] of next.entries()) expect(commands.take(entry)).toBe(told[at]);
  });

  test("do not stand in for what was not decoded", () => {
    const commands = ahead();
    commands.decode(entries(5, 8, { data: "ahead" }));
    for (const index of [4, 9]) {
      const [entry] = entries(index, index, { data: "own" });
      if (entry === undefined) throw new Error("no entry");
      expect(commands.take(entry)).toEqual({ text: "own" });
    }
  });

  test("end before what cannot be read, which fails in its turn", () => {
    const commands = ahead();
    const [bad] = entries(6, 6, { data: "poison" });
    if (bad === undefined) throw new Error("no entry");
    const told = commands.decode([...entries(5, 5), bad, ...entries(7, 7)]);
    expect(told).toHaveLength(1);
    expect(() => commands.take(bad)).toThrow("cannot be read");
  });

  test("end before an entry of the log's own", () => {
    const commands = ahead();
    const [own] = entries(6, 6);
    if (own === undefined) throw new Error("no entry");
    expect(commands.decode([...entries(5, 5), { ...own, type: "digest" }, ...entries(7, 7)])).toHaveLength(1);
  });
});
