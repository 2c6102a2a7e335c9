// Clients: each does one thing after another at any node, tries again as the errors allow, and writes down what it
// was told.
import type { Entry } from "../core/entry.ts";
import { below, type Random } from "../core/random.ts";
import { RaftError } from "../errors.ts";
import { decodeCommand, encodeCommand } from "./append-machine.ts";
import { between, chance, pick } from "./chance.ts";
import type { Fleet } from "./fleet.ts";
import type { History, OpenOperation } from "./history.ts";
import type { Observer } from "./observer.ts";
import type { Plan } from "./plan.ts";
import type { SimNode, SimProcess } from "./sim-node.ts";
import type { InnerSubject } from "./subject.ts";
import type { Tempo } from "./tempo.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** Attempts at one operation before a client gives up. */
const ATTEMPTS_MAX = 6;

type Answer =
  | { readonly type: "done"; readonly index: number }
  /** Nothing happened, nor will. */
  | { readonly type: "safe" }
  | { readonly type: "unknown" };

export class Workload {
  /** What `submit` said had no effect: those bytes must not turn up in the log. */
  readonly refusedPayloads: string[] = [];
  readonly #fleet: Fleet;
  readonly #history: History;
  readonly #observer: Observer;
  readonly #time: VirtualTime;
  readonly #plan: Plan;
  readonly #random: Random;
  readonly #tempo: Tempo;
  readonly #subject: InnerSubject | undefined;
  #names = 0;
  #stopped = false;

  constructor(
    fleet: Fleet,
    history: History,
    observer: Observer,
    time: VirtualTime,
    plan: Plan,
    random: Random,
    tempo: Tempo,
    subject?: InnerSubject,
  ) {
    this.#fleet = fleet;
    this.#history = history;
    this.#observer = observer;
    this.#time = time;
    this.#plan = plan;
    this.#random = random;
    this.#tempo = tempo;
    this.#subject = subject;
  }

  start(): void {
    for (let i = 0; i < this.#plan.clients; i++) {
      this.#client().catch((error: unknown) => this.#observer.violated(error as Error));
    }
  }

  /** No new operations. */
  stop(): void {
    this.#stopped = true;
  }

  /** A fresh write and then a read at one node, each tried until it is done or the node is retired; for the end of a run. */
  async serveAt(node: SimNode): Promise<void> {
    for (const kind of ["write", "read"] as const) {
      for (let done = false; !done && !node.beyondRepair; ) {
        const { process } = node;
        const operation = this.#history.begin(kind, this.#newName());
        const answer: Answer =
          process === undefined ? { type: "safe" } : await this.#once(process, operation, 0);
        this.#settle(operation, answer);
        done = answer.type === "done";
        if (!done) await this.#wait(20);
      }
    }
  }

  async #client(): Promise<void> {
    while (!this.#stopped) {
      const thinkMs = between(this.#random, 0, 2 * this.#plan.thinkMs);
      await this.#wait(this.#tempo.waitMs(this.#time.now, thinkMs));
      const read = chance(this.#random, this.#plan.readProbability);
      await this.#operation(read ? "read" : "write");
    }
  }

  async #operation(kind: OpenOperation["kind"]): Promise<void> {
    const name = this.#newName();
    let operation = this.#history.begin(kind, name);
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const up = this.#fleet.nodes.flatMap((node) => node.process ?? []);
      if (up.length > 0) {
        const process = pick(this.#random, up);
        const answer = await this.#once(process, operation, attempt);
        if (answer.type === "done") return this.#settle(operation, answer);
        if (answer.type === "unknown") {
          this.#settle(operation, answer);
          operation = this.#history.begin(kind, name);
        }
      }
      if (this.#stopped) break;
      await this.#wait(between(this.#random, 0, 100));
    }
    this.#settle(operation, { type: "safe" });
  }

  #once(process: SimProcess, { kind, name }: OpenOperation, attempt: number): Promise<Answer> {
    return kind === "read" ? this.#read(process) : this.#write(process, name, attempt);
  }

  #settle(operation: OpenOperation, answer: Answer): void {
    if (answer.type === "done") this.#history.acknowledge(operation, answer.index);
    else if (answer.type === "safe") this.#history.refuse(operation);
    else this.#history.abandon(operation);
  }

  async #write(process: SimProcess, name: string, attempt: number): Promise<Answer> {
    const padding =
      this.#subject === undefined
        ? "x".repeat(below(this.#random, this.#plan.paddingMax + 1))
        : Buffer.from(this.#subject.command(this.#random)).toString("hex");
    const data = encodeCommand({ name, attempt, padding });
    return orEnd(process, async () => {
      try {
        const { entry, result } = await submit(process, data, between(this.#random, 50, 2000));
        // What comes back is what was sent.
        if (decodeCommand(entry.data).name !== name)
          throw new Error(`${name} was answered with another's entry`);
        return { type: "done", index: result as number };
      } catch (error) {
        const answer = answerOf(error);
        if (answer.type === "safe") this.refusedPayloads.push(new TextDecoder().decode(data));
        return answer;
      }
    });
  }

  async #read(process: SimProcess): Promise<Answer> {
    return orEnd(process, async () => {
      try {
        await process.raft.readBarrier(between(this.#random, 50, 2000));
        return { type: "done", index: process.machine.appliedIndex };
      } catch (error) {
        return answerOf(error);
      }
    });
  }

  #newName(): string {
    this.#names++;
    return `w${this.#names}`;
  }

  #wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#time.after(delayMs, resolve);
    });
  }
}

/** A process that dies answers nothing more; its client notices the broken connection. */
function orEnd(process: SimProcess, run: () => Promise<Answer>): Promise<Answer> {
  return Promise.race([run(), process.ended.then((): Answer => ({ type: "unknown" }))]);
}

function answerOf(error: unknown): Answer {
  if (!(error instanceof RaftError)) throw error;
  return error.retry === "safe" ? { type: "safe" } : { type: "unknown" };
}

function submit(
  { raft }: SimProcess,
  data: Uint8Array,
  timeoutMs: number,
): Promise<{ readonly entry: Entry; readonly result: unknown }> {
  return new Promise((resolve, reject) => {
    raft.submit(data, timeoutMs, {
      applied: (entry, result) => resolve({ entry, result }),
      failed: reject,
    });
  });
}
