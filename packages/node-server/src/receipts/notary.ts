// Signs what the book's history has become. Only what is committed and applied is in the book, so a signed checkpoint
// is never taken back; any node gives the same root for the same size.
import { createPublicKey, type KeyObject, sign } from "node:crypto";
import {
  type BetId,
  type Book,
  checkpointBody,
  makeReceipt,
  type Receipt,
  signedCheckpoint,
  verifierKey,
} from "@quorumbook/betting-core";

/** Leaves hashed in one go, some 5 ms; between two the node does other work. */
const SLICE_LEAVES = 2_000;
/** A checkpoint asked for by anyone is signed anew at most once in so many milliseconds. */
const FRESH_MS = 1_000;

export interface SignedCheckpoint {
  readonly size: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
  /** The signed note. */
  readonly note: string;
}

export interface NotaryOptions {
  /** The book at this moment. */
  readonly book: () => Book;
  /** Private key of Ed25519. */
  readonly key: KeyObject;
  /** Names history and key: printable, without space or plus. */
  readonly origin: string;
  /** Milliseconds since any moment. */
  readonly now: () => number;
}

export class Notary {
  /** Public key with its name, as `verifyReceipt` takes it. */
  readonly verifierKey: string;
  readonly #options: NotaryOptions;
  #newest: (SignedCheckpoint & { readonly madeAt: number }) | undefined;

  constructor(options: NotaryOptions) {
    this.#options = options;
    const { x = "" } = createPublicKey(options.key).export({ format: "jwk" });
    this.verifierKey = verifierKey(options.origin, Buffer.from(x, "base64url"));
  }

  /** Of all that this node has applied, or had a second ago. */
  async checkpoint(): Promise<SignedCheckpoint> {
    return await this.#atLeast(0);
  }

  /** @returns undefined where the book has no such bet */
  async receipt(bet: BetId): Promise<Receipt | undefined> {
    const { book } = this.#options;
    if (book().bet(bet) === undefined) return undefined;
    const { size, note } = await this.#atLeast(book().history.leafIndexOf(bet) + 1);
    return makeReceipt(book(), bet, size, note);
  }

  async #atLeast(size: number): Promise<SignedCheckpoint> {
    const { book, now } = this.#options;
    const covers = (newest = this.#newest) =>
      newest !== undefined &&
      newest.size >= size &&
      (size > 0 || newest.size === book().history.size || now() - newest.madeAt < FRESH_MS);
    while (!covers() && book().history.hash(SLICE_LEAVES) > 0) await new Promise(setImmediate);
    const newest = this.#newest;
    if (newest !== undefined && covers(newest)) return newest;
    return this.#sign();
  }

  #sign(): SignedCheckpoint {
    const { book, key, origin, now } = this.#options;
    const { history } = book();
    const { size } = history;
    const root = history.root();
    const body = checkpointBody({ origin, size, root });
    const note = signedCheckpoint(body, this.verifierKey, sign(null, Buffer.from(body), key));
    this.#newest = { size, root, note, madeAt: now() };
    return this.#newest;
  }
}

/** The name of a cluster's history. */
export function originOf(clusterId: string): string {
  return `quorumbook/${encodeURIComponent(clusterId)}`;
}
