// What this process has to say, on its way into the stream and back: commands that come together go as one message, a
// message that may be lost is sent again under the same number, and whoever waits is told the truth when its time is up.
import type { Applied } from "@quorumbook/betting-core";
import { type Committed, LogError, type LogErrorCode } from "../replicated-log.ts";
import { type BatchHead, COMMAND_OVERHEAD_BYTES, encodeBatch } from "./batch-codec.ts";

/** What became of one attempt to put a message into the stream. */
export type Sent =
  /** It is in the stream. */
  | "stored"
  /** It is not, and will not be by this attempt: nobody was there to take it. */
  | "nobody"
  /** It is not, and will not be by this attempt: the servers have no room for it, or do not allow it. */
  | "refused"
  /** It may or may not be. */
  | "unknown";

export interface OutboxOptions {
  readonly session: string;
  /** Puts a message into the stream; whatever it takes, it ends within `timeoutMs`. Never rejects. */
  readonly send: (seq: number, message: Uint8Array, timeoutMs: number) => Promise<Sent>;
  /** The head of the next batch, but for what the outbox knows itself. */
  readonly describe: () => Omit<BatchHead, "session" | "seq" | "floor">;
  /** The index up to which the book is applied. */
  readonly appliedIndex: () => number;
}

/** Messages that may be under way at once: one is written while the next is on its way and a third gathers. */
const IN_FLIGHT_MAX = 4;
/** Longest message; NATS allows 1 MiB where it is not told otherwise. */
const BATCH_BYTES_MAX = 256 << 10;
/** An attempt that is not answered in this time is repeated. */
const ATTEMPT_MS = 1_000;
/** Before an attempt is repeated: one may fail at once. */
const PAUSE_MS = 50;
/** How often it is seen whose time is up. */
const SWEEP_MS = 25;

interface Waiting {
  /** Undefined of a barrier: it is in the stream by being in a batch. */
  readonly command: Uint8Array | undefined;
  readonly deadline: number;
  readonly committed: (done: Committed | undefined) => void;
  readonly failed: (error: LogError) => void;
  /** It has been told that its time is up. Its command keeps its place in a message that may be in the stream. */
  told: boolean;
}

interface Flight {
  readonly seq: number;
  waiting: Waiting[];
  /** What was sent, once that may be in the stream: the same number never names anything else. */
  message: Uint8Array | undefined;
  /** How the last attempt ended. */
  last: Sent | undefined;
  over: boolean;
}

export class Outbox {
  readonly #options: OutboxOptions;
  #gathered: Waiting[] = [];
  readonly #flights = new Map<number, Flight>();
  #lastSeq = 0;
  #pumping: NodeJS.Immediate | undefined;
  readonly #sweeper: NodeJS.Timeout;
  #closed = false;
  #sentAt = Number.NEGATIVE_INFINITY;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS);
  }

  /** When the last batch was sent, on the monotonic clock, in milliseconds. */
  get sentAt(): number {
    return this.#sentAt;
  }

  /** Sends the command with what else comes now. Rejects with a `LogError`. */
  submit(command: Uint8Array, timeoutMs: number): Promise<Committed> {
    return this.#wait(command, timeoutMs) as Promise<Committed>;
  }

  /** Resolves once a batch that was sent after the call has been applied here. */
  async pass(timeoutMs: number): Promise<number> {
    await this.#wait(undefined, timeoutMs);
    return this.#options.appliedIndex();
  }

  #wait(command: Uint8Array | undefined, timeoutMs: number): Promise<Committed | undefined> {
    if (this.#closed) return Promise.reject(new LogError("no_leader", "the log is closed"));
    return new Promise((committed, failed) => {
      const deadline = performance.now() + timeoutMs;
      this.#gathered.push({ command, deadline, committed, failed, told: false });
      // At the end of the turn: requests that were read together travel together.
      this.#pumping ??= setImmediate(() => this.#pump());
    });
  }

  /** A batch of this session has been applied here, for the first time. */
  applied(seq: number, results: readonly { readonly index: number; readonly applied: Applied }[]): void {
    const flight = this.#flights.get(seq);
    if (flight === undefined) return;
    let at = 0;
    for (const { command, committed } of flight.waiting) {
      committed(command === undefined ? undefined : results[at]);
      if (command !== undefined) at += 1;
    }
    this.#end(flight);
  }

  /** Ends everything: what may be in the stream is unknown, what is not will not be. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#sweeper);
    clearImmediate(this.#pumping);
    for (const waiting of this.#gathered) waiting.failed(new LogError("no_leader", "the node ends"));
    this.#gathered = [];
    for (const flight of this.#flights.values()) {
      for (const waiting of flight.waiting) waiting.failed(failureOf(flight));
      flight.over = true;
    }
    this.#flights.clear();
  }

  #pump(): void {
    this.#pumping = undefined;
    while (this.#gathered.length > 0 && this.#flights.size < IN_FLIGHT_MAX && !this.#closed) {
      this.#lastSeq += 1;
      const flight: Flight = {
        seq: this.#lastSeq,
        waiting: this.#takeGathered(),
        message: undefined,
        last: undefined,
        over: false,
      };
      this.#flights.set(flight.seq, flight);
      void this.#carry(flight);
    }
  }

  #takeGathered(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const { command } of this.#gathered) {
      bytes += command === undefined ? 0 : COMMAND_OVERHEAD_BYTES + command.length;
      if (bytes > BATCH_BYTES_MAX && count > 0) break;
      count += 1;
    }
    return this.#gathered.splice(0, count);
  }

  /** Sends a batch until it has been applied here, or nobody waits for it any more. */
  async #carry(flight: Flight): Promise<void> {
    while (!flight.over) {
      const message = flight.message ?? this.#encode(flight);
      // From here on, until it is known to be refused, it may be in the stream.
      flight.message = message;
      const wasUnknown = flight.last === "unknown";
      this.#sentAt = performance.now();
      const sent = await this.#options.send(flight.seq, message, ATTEMPT_MS);
      if (sent === "stored" || flight.over) {
        flight.last = "stored";
        return;
      }
      // What an earlier attempt left open, a later one that failed does not close.
      flight.last = wasUnknown ? "unknown" : sent;
      if (flight.last !== "unknown") flight.message = undefined;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  #encode({ seq, waiting }: Flight): Uint8Array {
    const { session, describe } = this.#options;
    const floor = Math.min(...this.#flights.keys());
    const commands = waiting.flatMap(({ command }) => (command === undefined ? [] : [command]));
    return encodeBatch({ head: { ...describe(), session, seq, floor }, commands });
  }

  #sweep(): void {
    const now = performance.now();
    this.#gathered = this.#gathered.filter((waiting) => {
      if (waiting.deadline > now) return true;
      waiting.failed(new LogError("no_leader", "the command was not sent in time"));
      return false;
    });
    for (const flight of this.#flights.values()) {
      let kept = 0;
      for (const waiting of flight.waiting) {
        if (!waiting.told && waiting.deadline > now) {
          kept += 1;
        } else if (!waiting.told) {
          waiting.told = true;
          waiting.failed(failureOf(flight));
        }
      }
      if (kept === 0) this.#end(flight);
      // What is not in the stream, and will not be by the last attempt, is left out of the next one.
      else if (flight.message === undefined) flight.waiting = flight.waiting.filter(({ told }) => !told);
    }
  }

  #end(flight: Flight): void {
    flight.over = true;
    this.#flights.delete(flight.seq);
    this.#pumping ??= setImmediate(() => this.#pump());
  }
}

/** What is to be said of the commands of a batch that is given up. */
function failureOf({ message, last }: Flight): LogError {
  if (message !== undefined) {
    return new LogError(
      "outcome_unknown",
      "the command may be in the stream, and was not applied here in time",
    );
  }
  const code: LogErrorCode = last === "refused" ? "overloaded" : "no_leader";
  return new LogError(code, "the servers did not take the command");
}
