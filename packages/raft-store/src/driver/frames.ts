import { decodeMessage, type WireMessage } from "../transport/message-codec.ts";
import { UnknownEntryError, UnknownMessageError } from "../transport/unknown-on-wire.ts";
import type { NodeId } from "../units.ts";
import { upgradeRequired } from "./failures.ts";

export interface FramesHandler {
  message(from: NodeId, message: WireMessage): void;
  warn(message: string): void;
  failed(error: unknown): void;
}

/** Frames as messages. A newer program may say what this one does not know yet: it is passed over, and counted. */
export class Frames {
  readonly #handler: FramesHandler;
  #unknown = 0;

  constructor(handler: FramesHandler) {
    this.#handler = handler;
  }

  /** Messages that were passed over. */
  get unknown(): number {
    return this.#unknown;
  }

  /** @throws RangeError or TypeError if the bytes are no message of any program: the connection is to be closed */
  take(from: NodeId, frame: Uint8Array): void {
    let message: WireMessage;
    try {
      message = decodeMessage(frame);
    } catch (error) {
      this.#refuse(from, error);
      return;
    }
    this.#handler.message(from, message);
  }

  #refuse(from: NodeId, error: unknown): void {
    if (error instanceof UnknownEntryError) return this.#handler.failed(upgradeRequired(from, error));
    if (!(error instanceof UnknownMessageError)) throw error;
    this.#unknown += 1;
    if (this.#unknown === 1) this.#handler.warn(`${from} runs a newer program: ${error.message} is ignored`);
  }
}
