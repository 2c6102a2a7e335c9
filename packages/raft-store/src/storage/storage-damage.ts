import { RaftError } from "../errors.ts";

/** What is on the disk is not what was written: `RAFT_STORAGE_CORRUPT`, with the place. */
export class StorageDamage extends RaftError {
  /** Path of the file, or of the directory if a file is missing from it. */
  readonly file: string;
  /** Bytes from the file's beginning to what cannot be read. */
  readonly offset: number;
  readonly what: string;

  constructor(file: string, offset: number, what: string, options?: ErrorOptions) {
    super("RAFT_STORAGE_CORRUPT", `${file}, offset ${offset}: ${what}`, options);
    this.file = file;
    this.offset = offset;
    this.what = what;
  }
}
