import { RaftError } from "../errors.ts";

/** What to do about it: the same, wherever the damage is. */
export const DAMAGE_ADVICE =
  "Nothing was changed. Do not delete parts of it: if a majority of the other members is well, remove this member and " +
  "let a new one join with an empty directory; if not, restore a backup into a new cluster.";

/** What is on the disk is not what was written: `RAFT_STORAGE_CORRUPT`, with the place. */
export class StorageDamage extends RaftError {
  /** Path of the file, or of the directory if a file is missing from it. */
  readonly file: string;
  /** Bytes from the file's beginning to what cannot be read. */
  readonly offset: number;
  readonly what: string;

  constructor(file: string, offset: number, what: string, options?: ErrorOptions) {
    super("RAFT_STORAGE_CORRUPT", `${file}, offset ${offset}: ${what}. ${DAMAGE_ADVICE}`, options);
    this.file = file;
    this.offset = offset;
    this.what = what;
  }
}
