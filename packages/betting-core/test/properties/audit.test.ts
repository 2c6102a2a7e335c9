// Requirement 8 of docs/auditor.md: every override leaves one record, with who did it, why, and the value before and
// after; nothing else leaves any.

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type AuditView, type Book, type Command, SYSTEM } from "../../src/index.ts";
import { run, script } from "../scripts.ts";
import { budget, PATIENCE_MS } from "../support/budget.ts";

/** Commands of users about their own bets and money: they are in the ledger, not in the audit log. */
const OWN: ReadonlySet<Command["type"]> = new Set([
  "openAccount",
  "deposit",
  "withdraw",
  "placeBet",
  "cashOut",
]);

test("each override that changed something leaves exactly one record, with actor, reason, before and after", {
  timeout: PATIENCE_MS,
}, () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(script, (life) => {
      let known = 0;
      let before = "";
      run(life, {
        before: (book) => {
          known = recordsOf(book).length;
          before = book.digestParts().audit;
        },
        after: (book, { command, entry }, { outcome, replayed }) => {
          const fresh = recordsOf(book).slice(0, recordsOf(book).length - known);
          const silent =
            outcome.status === "rejected" ||
            replayed ||
            OWN.has(command.type) ||
            ("changed" in outcome && !outcome.changed);
          if (silent) {
            expect(fresh).toEqual([]);
            expect(book.digestParts().audit).toBe(before);
            return;
          }
          for (const record of fresh) expect(record).toMatchObject({ index: entry.index, at: book.at });
          // A tick does what the clock demands, game by game; a seed may also settle its game.
          if (command.type === "expire") {
            for (const { actor, reason, gameId } of fresh) {
              expect({ actor, hasReason: reason !== undefined, hasGame: gameId !== undefined }).toEqual({
                actor: SYSTEM,
                hasReason: true,
                hasGame: true,
              });
            }
            return;
          }
          const own = fresh.filter(({ action }) => action === command.type);
          expect(own).toHaveLength(1);
          expect(fresh).toHaveLength(command.type === "revealSeed" ? fresh.length : 1);
          check(own[0] as AuditView, command);
          seen.set(command.type, (seen.get(command.type) ?? 0) + 1);
        },
      });
    }),
    { numRuns: budget(60, 10_000) },
  );
  for (const type of [
    "createGame",
    "suspendGame",
    "closeGame",
    "settleGame",
    "voidGame",
    "voidBet",
    "withdrawOutcome",
    "setLimits",
    "addBankroll",
  ]) {
    expect(seen.get(type) ?? 0, type).toBeGreaterThan(0);
  }
});

function check(record: AuditView, command: Command): void {
  expect(record.actor).toBe(command.actor);
  if ("reason" in command) expect(record.reason).toBe(command.reason);
  if ("gameId" in command) expect(record.gameId).toBe(command.gameId);
  expect(record.after).toBeDefined();
  // What opens something has nothing before it.
  if (command.type !== "createGame" && command.type !== "openBook") {
    expect(record.before).toBeDefined();
    expect(Object.keys(record.before ?? {})).not.toEqual([]);
    if (command.type !== "setLimits") expect(record.before).not.toEqual(record.after);
  }
}

/** Newest first. */
function recordsOf(book: Book): readonly AuditView[] {
  const records: AuditView[] = [];
  for (let cursor: number | null | undefined; cursor !== null; ) {
    const page = book.audit({ limit: 200, ...(cursor === undefined ? {} : { cursor }) });
    records.push(...page.items);
    cursor = page.nextCursor;
  }
  return records;
}
