// A busy book changes odds a thousand times a second; a screen shows sixty frames. Messages wait for the next frame
// and are then taken together, in their order.

export interface FramePorts {
  /** Runs `work` before the next frame is drawn. */
  onFrame(work: () => void): void;
  /** Runs `work` after so many milliseconds: a page in the background is given no frames. */
  after(milliseconds: number, work: () => void): () => void;
}

/** How long messages wait at most where no frame comes. */
const HIDDEN_PAGE_MS = 250;

export class FrameQueue<Message> {
  readonly #ports: FramePorts;
  readonly #take: (messages: readonly Message[]) => void;
  #waiting: Message[] = [];

  constructor(ports: FramePorts, take: (messages: readonly Message[]) => void) {
    this.#ports = ports;
    this.#take = take;
  }

  push(message: Message): void {
    this.#waiting.push(message);
    if (this.#waiting.length > 1) return;
    const cancel = this.#ports.after(HIDDEN_PAGE_MS, () => this.#flush());
    this.#ports.onFrame(() => {
      cancel();
      this.#flush();
    });
  }

  #flush(): void {
    const messages = this.#waiting;
    this.#waiting = [];
    if (messages.length > 0) this.#take(messages);
  }
}
