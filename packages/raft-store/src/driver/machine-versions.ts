import { decodeMachineVersion } from "../core/machine-version.ts";
import { RaftError } from "../errors.ts";

/** Which versions of the machine this program can be, and which one a new cluster begins with. */
export interface MachineVersions {
  readonly min: number;
  readonly max: number;
  readonly initial: number;
}

/** The version that the log has switched the machine to. Only goes up. */
export class MachineVersion {
  readonly #supported: MachineVersions;
  #current: number;

  constructor(supported: MachineVersions) {
    this.#supported = supported;
    this.#current = supported.initial;
  }

  get current(): number {
    return this.#current;
  }

  /** A snapshot was taken at this version: checked before the machine reads a byte of it. */
  restored(version: number): void {
    this.#current = version;
    this.check();
  }

  /** A `version` entry is applied. True if the machine is another now; a switch to what it is already is none. */
  switched(data: Uint8Array): boolean {
    const version = decodeMachineVersion(data);
    if (version <= this.#current) return false;
    this.#current = version;
    this.check();
    return true;
  }

  /** @throws RaftError `RAFT_UPGRADE_REQUIRED` unless this program can be the machine that the log asks for */
  check(): void {
    const { min, max } = this.#supported;
    if (this.#current >= min && this.#current <= max) return;
    const which = this.#current > max ? "a newer" : "an older";
    throw new RaftError(
      "RAFT_UPGRADE_REQUIRED",
      `the log is at version ${this.#current} of the machine, this program knows ${min} to ${max}: ` +
        `start this node with ${which} program`,
    );
  }
}
