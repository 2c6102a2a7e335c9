import { assertInvariant } from "../errors.ts";
import type { PersistOp } from "../core/effects.ts";
import type { Scheduler } from "../runtime.ts";
import type { LogStorage, LogWrite } from "../storage/log-storage.ts";
import type { StagedSnapshot } from "../storage/snapshot-store.ts";

/** Bytes of entries in one write. Bounds the time until the first of them is durable. */
const WRITE_BYTES_MAX = 4 << 20;

type Work =
  | { readonly type: "persist"; readonly op: PersistOp; readonly staged: StagedSnapshot | undefined }
  | { readonly type: "task"; readonly run: () => Promise<void> };

/**
 * The one queue to the disk, first in, first out. While a sync is under way what comes in gathers, and goes with the next one
 * as a whole: the busier the node, the larger the groups, with no timer and nothing to tune (group commit).
 */
export class StorageQueue {
  readonly #log: LogStorage;
  readonly #scheduler: Pick<Scheduler, "endOfTurn">;
  readonly #onPersisted: (opId: number) => void;
  readonly #onFailed: (error: unknown) => void;
  #waiting: Work[] = [];
  #running = false;
  #failed = false;
  #idle: (() => void)[] = [];

  /**
   * @param onPersisted called with the last operation of each group, when it and all before it are durable
   * @param onFailed called once; nothing is written after it
   */
  constructor(
    log: LogStorage,
    scheduler: Pick<Scheduler, "endOfTurn">,
    onPersisted: (opId: number) => void,
    onFailed: (error: unknown) => void,
  ) {
    this.#log = log;
    this.#scheduler = scheduler;
    this.#onPersisted = onPersisted;
    this.#onFailed = onFailed;
  }

  /** @param staged the snapshot that the operation installs, if it does */
  persist(op: PersistOp, staged: StagedSnapshot | undefined): void {
    this.#enqueue({ type: "persist", op, staged });
  }

  /** Runs something else that must not overlap with what comes before and after it. */
  task(run: () => Promise<void>): void {
    this.#enqueue({ type: "task", run });
  }

  /** Resolves when nothing is waiting or under way; at once after a failure. */
  async drained(): Promise<void> {
    while (!this.#failed && (this.#running || this.#waiting.length > 0)) {
      await new Promise<void>((resolve) => {
        this.#idle.push(resolve);
      });
    }
  }

  #enqueue(work: Work): void {
    if (this.#failed) return;
    this.#waiting.push(work);
    if (this.#running) return;
    this.#running = true;
    // Not at once: the rest of this turn's operations go with it.
    this.#scheduler.endOfTurn(() => void this.#run());
  }

  async #run(): Promise<void> {
    try {
      while (this.#waiting.length > 0 && !this.#failed) await this.#runGroup();
    } catch (error) {
      this.#failed = true;
      this.#waiting = [];
      this.#onFailed(error);
    }
    this.#running = false;
    if (!this.#failed) this.#log.settle();
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  async #runGroup(): Promise<void> {
    const first = this.#waiting[0] as Work;
    if (first.type === "task") {
      this.#waiting.shift();
      await first.run();
      return;
    }
    const writes: LogWrite[] = [];
    let bytes = 0;
    let taken = 0;
    for (const work of this.#waiting) {
      if (work.type === "task" || bytes >= WRITE_BYTES_MAX) break;
      const installs = work.op.snapshot !== undefined;
      if (installs && taken > 0) break;
      taken += 1;
      writes.push(writeOf(work.op));
      for (const { data } of work.op.entries) bytes += data.length;
    }
    const { op } = this.#waiting[taken - 1] as Extract<Work, { type: "persist" }>;
    if (first.op.snapshot !== undefined) await install(first.staged);
    this.#waiting.splice(0, taken);
    await this.#log.append(writes);
    this.#onPersisted(op.opId);
  }
}

/**
 * The snapshot is published before the log is told. A crash in between leaves a snapshot that is ahead of the log, which
 * recovery resolves as the log's write would have.
 */
async function install(staged: StagedSnapshot | undefined): Promise<void> {
  assertInvariant(staged !== undefined, "an installation has no staged snapshot");
  const published = await staged.publish();
  assertInvariant(published, "a snapshot to install is older than the latest", { index: staged.meta.index });
}

function writeOf({ hardState, snapshot, truncateFrom, entries }: PersistOp): LogWrite {
  return {
    entries,
    ...(hardState !== undefined && { hardState }),
    ...(snapshot !== undefined && { reset: { index: snapshot.index, term: snapshot.term } }),
    ...(truncateFrom !== undefined && { truncateFrom }),
  };
}
