import type { SnapshotMeta } from "../core/entry.ts";
import { type BackupHead, BackupDecoder } from "../storage/backup-codec.ts";

/** Reads a backup once, from its beginning to its end, verifying it as it goes. */
export class BackupReader {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #onBytes: (bytes: Uint8Array) => void;
  readonly #decoder = new BackupDecoder();
  #decoded: Uint8Array[] = [];

  constructor(source: AsyncIterable<Uint8Array>, onBytes: (bytes: Uint8Array) => void = () => undefined) {
    this.#source = source[Symbol.asyncIterator]();
    this.#onBytes = onBytes;
  }

  get head(): BackupHead | undefined {
    return this.#decoder.head;
  }

  get clusterId(): string {
    return this.head?.clusterId ?? "";
  }

  /**
   * @param admit is asked, before anything else is read, with the id of the cluster that the backup is of; throws where it
   *   will not do
   */
  async readHead(admit: (clusterId: string) => void = () => undefined): Promise<SnapshotMeta> {
    let isAdmitted = false;
    for (;;) {
      const more = await this.#push();
      if (this.head !== undefined && !isAdmitted) {
        isAdmitted = true;
        try {
          admit(this.clusterId);
        } catch (error) {
          await this.#source.return?.();
          throw error;
        }
      }
      if (this.#decoder.meta !== undefined) return this.#decoder.meta;
      if (!more) return this.#decoder.finish();
    }
  }

  async *data(): AsyncIterable<Uint8Array> {
    do for (const chunk of this.#decoded) yield chunk;
    while (await this.#push());
    this.#decoder.finish();
  }

  async #push(): Promise<boolean> {
    const { done, value } = await this.#source.next();
    if (done === true) return false;
    this.#onBytes(value);
    this.#decoded = this.#decoder.push(value);
    return true;
  }
}
