// What the book is told to expect never makes a difference, whether it comes true or not.

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type Command, decodeCommand, encodeCommand } from "../../src/index.ts";
import { newBook, restored, run, script } from "../scripts.ts";
import { budget, PATIENCE_MS } from "../support/budget.ts";

const again = (command: Command): Command => decodeCommand(encodeCommand(command));

test("commands that were expected, in part, out of order or never, have the same outcomes", {
  timeout: PATIENCE_MS,
}, () => {
  const told = fc.array(
    fc.record({ at: fc.nat({ max: 80 }), from: fc.nat({ max: 80 }), count: fc.nat({ max: 70 }) }),
  );
  fc.assert(
    fc.property(script, told, (life, expectations) => {
      const outcomes: unknown[] = [];
      const plain = newBook();
      const history = run(life, { after: (_, __, applied) => outcomes.push(applied) }, plain);
      const commands = history.map(({ command }) => again(command));
      const book = newBook();
      book.expect(commands.slice(0, 3));
      for (const [number, { entry }] of history.entries()) {
        for (const { from, count } of expectations.filter(({ at }) => at === number)) {
          book.expect(
            from % 2 === 0 ? commands.slice(number, number + count) : commands.slice(from, from + count),
          );
        }
        expect(book.apply(commands[number] as Command, entry)).toEqual(outcomes[number]);
      }
      expect(book.digestParts()).toEqual(plain.digestParts());
    }),
    { numRuns: budget(60, 10_000) },
  );
});

test("more commands than one look takes, of users who come and go, are the same as one by one", async () => {
  const [first, second] = [newBook(), newBook()];
  const commands: Command[] = [];
  for (let number = 0; number < 300; number++) {
    const actor = `user-${(number * 7) % 40}`;
    const key = number % 11 === 0 ? {} : { key: `key-${number % 250}` };
    commands.push({ type: "deposit", actor, amount: 5 + (number % 3), ...key } as unknown as Command);
  }
  first.expect(commands);
  for (const [number, command] of commands.entries()) {
    const entry = { index: number + 1, at: 1_700_000_000_000 + number } as unknown as Parameters<
      typeof first.apply
    >[1];
    expect(first.apply(command, entry)).toEqual(second.apply(again(command), entry));
  }
  expect(first.digestParts()).toEqual(second.digestParts());
  const copy = await restored(first.snapshot().encode());
  expect(copy.digest()).toBe(second.digest());
});
