import type { FileSystem } from "../storage/file-system.ts";
import { type Identity, writeIdentity } from "../storage/identity.ts";
import type { PeerIdentity } from "../transport/transport.ts";

/**
 * Knows the peers again: the first incarnation met under an id is remembered for good, and another one is refused. A
 * node that lost its disk would otherwise return under its old name and vote against what it had acknowledged.
 */
export class Admission {
  readonly #fileSystem: FileSystem;
  readonly #directory: string;
  #identity: Identity;
  #writing: Promise<void> = Promise.resolve();

  constructor(fileSystem: FileSystem, directory: string, identity: Identity) {
    this.#fileSystem = fileSystem;
    this.#directory = directory;
    this.#identity = identity;
  }

  get identity(): Identity {
    return this.#identity;
  }

  /** Undefined admits the peer; it is then remembered durably. Rejects if that cannot be written. */
  async admit(peer: PeerIdentity): Promise<string | undefined> {
    const stranger = this.#ofAnotherHistory(peer);
    if (stranger !== undefined) return stranger;
    const known = this.#identity.peers[peer.nodeId];
    if (known === undefined) {
      this.#identity = {
        ...this.#identity,
        // A node that joins belongs to the history of whom it meets first.
        epoch: this.#identity.epoch ?? epochOf(peer),
        peers: { ...this.#identity.peers, [peer.nodeId]: peer.incarnation },
      };
      this.#writing = this.#writing.then(() =>
        writeIdentity(this.#fileSystem, this.#directory, this.#identity),
      );
    } else if (known !== peer.incarnation) {
      return (
        `${peer.nodeId} comes with other data than before (incarnation ${peer.incarnation}, known as ${known}): ` +
        "a member whose data is lost must join anew under another id"
      );
    }
    await this.#writing;
    return undefined;
  }

  #ofAnotherHistory(peer: PeerIdentity): string | undefined {
    const { epoch } = this.#identity;
    const theirs = epochOf(peer);
    if (epoch === null || theirs === null || epoch === theirs) return undefined;
    return (
      `${peer.nodeId} belongs to another history of the cluster (epoch ${named(theirs)}, here ${named(epoch)}): ` +
      "one of the two was restored from a backup or forced on without a majority, and they must not be mixed"
    );
  }
}

function epochOf(peer: PeerIdentity): string | null {
  return peer.epoch === undefined ? "" : peer.epoch;
}

function named(epoch: string): string {
  return epoch === "" ? "of the first start" : epoch;
}
