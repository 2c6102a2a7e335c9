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
    const known = this.#identity.peers[peer.nodeId];
    if (known === undefined) {
      this.#identity = {
        ...this.#identity,
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
}
