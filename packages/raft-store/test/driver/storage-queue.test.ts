import { describe, expect, test } from "vitest";
import type { PersistOp } from "../../src/core/effects.ts";
import { StorageQueue } from "../../src/driver/storage-queue.ts";
import type { LogStorage, LogWrite } from "../../src/storage/log-storage.ts";
import type { StagedSnapshot } from "../../src/storage/snapshot-store.ts";
import { term } from "../../src/units.ts";
import { entry, snapshotMeta } from "../storage/fixtures.ts";
import { ManualRuntime } from "./manual-runtime.ts";

function op(opId: number, options: Partial<PersistOp> = {}): PersistOp {
  return { opId, term: term(1), entries: [entry(opId)], ...options };
}

/** A log whose appends a test lets finish, or fail, when it likes. */
function heldLog(): {
  log: LogStorage;
  appends: { writes: readonly LogWrite[]; finish(error?: Error): void }[];
  settledAfter: number[];
} {
  const settledAfter: number[] = [];
  const appends: { writes: readonly LogWrite[]; finish(error?: Error): void }[] = [];
  const log: LogStorage = {
    open: () => Promise.reject(new Error("not opened here")),
    append: (writes) =>
      new Promise((resolve, reject) => {
        appends.push({ writes, finish: (error) => (error === undefined ? resolve() : reject(error)) });
      }),
    settle: () => settledAfter.push(appends.length),
    compact: async () => {},
    close: async () => {},
  };
  return { log, appends, settledAfter };
}

function queueOver(log: LogStorage): {
  runtime: ManualRuntime;
  queue: StorageQueue;
  persisted: number[];
  failures: unknown[];
} {
  const runtime = new ManualRuntime();
  const persisted: number[] = [];
  const failures: unknown[] = [];
  const queue = new StorageQueue(
    log,
    runtime.scheduler,
    (opId) => persisted.push(opId),
    (error) => failures.push(error),
  );
  return { runtime, queue, persisted, failures };
}

describe("the storage queue", () => {
  test("writes what comes in one turn together, and what gathers during a sync with the next", async () => {
    const { log, appends } = heldLog();
    const { runtime, queue, persisted } = queueOver(log);
    queue.persist(op(1), undefined);
    queue.persist(op(2), undefined);
    expect(appends).toHaveLength(0);
    await runtime.endTurn();
    for (let id = 3; id <= 10; id++) queue.persist(op(id), undefined);
    await runtime.endTurn();
    expect(appends.map(({ writes }) => writes.length)).toEqual([2]);
    expect(persisted).toEqual([]);
    appends[0]?.finish();
    await runtime.endTurn();
    expect(persisted).toEqual([2]);
    expect(appends.map(({ writes }) => writes.length)).toEqual([2, 8]);
    appends[1]?.finish();
    await runtime.endTurn();
    expect(persisted).toEqual([2, 10]);
  });

  test("publishes a snapshot before the log is reset to it, and lets nothing overtake it", async () => {
    const { log, appends } = heldLog();
    const { runtime, queue } = queueOver(log);
    const order: string[] = [];
    const staged: StagedSnapshot = {
      meta: snapshotMeta(9),
      publish: async () => {
        order.push(`published after ${appends.length} appends`);
        return true;
      },
      discard: async () => {},
    };
    queue.persist(op(1), undefined);
    queue.persist(op(2, { snapshot: snapshotMeta(9), entries: [] }), staged);
    queue.persist(op(3), undefined);
    await runtime.endTurn();
    expect(order).toEqual([]);
    appends[0]?.finish();
    await runtime.endTurn();
    expect(order).toEqual(["published after 1 appends"]);
    expect(appends[1]?.writes).toMatchObject([{ reset: { index: 9, term: 1 } }, { entries: [{ index: 3 }] }]);
  });

  test("tells the log that it may settle when no write follows at once, and not before", async () => {
    const { log, appends, settledAfter } = heldLog();
    const { runtime, queue } = queueOver(log);
    queue.persist(op(1), undefined);
    await runtime.endTurn();
    queue.persist(op(2), undefined);
    appends[0]?.finish();
    await runtime.endTurn();
    expect(appends).toHaveLength(2);
    expect(settledAfter).toEqual([]);
    appends[1]?.finish();
    await runtime.endTurn();
    expect(settledAfter).toEqual([2]);
  });

  test("never writes again after an error, and reports nothing durable", async () => {
    const { log, appends } = heldLog();
    const { runtime, queue, persisted, failures } = queueOver(log);
    queue.persist(op(1), undefined);
    await runtime.endTurn();
    queue.persist(op(2), undefined);
    appends[0]?.finish(new Error("EIO"));
    await runtime.endTurn();
    queue.persist(op(3), undefined);
    await runtime.endTurn();
    expect(failures).toEqual([new Error("EIO")]);
    expect(persisted).toEqual([]);
    expect(appends).toHaveLength(1);
    await queue.drained();
  });
});
