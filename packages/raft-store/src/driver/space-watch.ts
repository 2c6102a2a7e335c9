import type { Runtime, Timer } from "../runtime.ts";
import type { FileSystem } from "../storage/file-system.ts";

/** A leader at full speed writes some tens of MB in this time: less than any reserve worth having. */
const LOOK_EVERY_MS = 1000;

export interface SpaceWatchHandler {
  /** How it was when last looked: after each look that finds it low, and once when it no longer is. */
  space(low: boolean, freeBytes: number): void;
  failed(error: unknown): void;
}

/** Looks now and then whether the file system has the reserve left that elections, reads and snapshots live on. */
export class SpaceWatch {
  readonly #fileSystem: FileSystem;
  readonly #directory: string;
  readonly #reserveBytes: number;
  readonly #runtime: Runtime;
  readonly #handler: SpaceWatchHandler;
  #low = false;
  #timer: Timer | undefined;
  #stopped = false;

  /** @param reserveBytes 0: never looks */
  constructor(
    fileSystem: FileSystem,
    directory: string,
    reserveBytes: number,
    runtime: Runtime,
    handler: SpaceWatchHandler,
  ) {
    this.#fileSystem = fileSystem;
    this.#directory = directory;
    this.#reserveBytes = reserveBytes;
    this.#runtime = runtime;
    this.#handler = handler;
  }

  /** Resolves after the first look. */
  async start(): Promise<void> {
    if (this.#reserveBytes > 0) await this.#look();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  async #look(): Promise<void> {
    try {
      const free = await this.#fileSystem.freeBytes(this.#directory);
      if (this.#stopped) return;
      const was = this.#low;
      this.#low = free < this.#reserveBytes;
      if (this.#low || was) this.#handler.space(this.#low, free);
      this.#timer = this.#runtime.scheduler.after(LOOK_EVERY_MS, () => void this.#look());
    } catch (error) {
      if (!this.#stopped) this.#handler.failed(error);
    }
  }
}
