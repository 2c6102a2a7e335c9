// A state machine of somebody else, in place of the simulator's own: what it takes to have it simulated.
import type { Entry } from "../core/entry.ts";
import { below, type Random } from "../core/random.ts";
import type { AppliedEntry, CommandCodec, SnapshotView, StateMachine } from "../state-machine.ts";
import { between, chance, pick } from "./chance.ts";

/** Chance, drawn from the seed of the run: the only chance that a subject may use. */
export interface Draw {
  /** A whole number in [0, n). */
  below(n: number): number;
  /** A number in [low, high). */
  between(low: number, high: number): number;
  /** True with probability `p`. */
  chance(p: number): boolean;
  /** One of the items. */
  pick<T>(items: readonly T[]): T;
}

/** A machine of yours, and what may be asked of it. */
export interface Subject<Command, Result> {
  /** A new machine in its first state; one for each process of a run. */
  machine(): StateMachine<Command, Result>;
  /** What a client wishes next. */
  command(draw: Draw): Command;
  /** As it is given to `RaftStore.open`. */
  readonly codec: CommandCodec<Command>;
  /**
   * Equal for equal states; by default the machine's own `digest`, or the bytes of its snapshot. Give one if a snapshot may
   * tell the same state in two ways.
   */
  digest?(machine: StateMachine<Command, Result>): string;
  /** Looks at a machine at the end of a run. @throws whatever it likes, if something is wrong with it */
  check?(machine: StateMachine<Command, Result>): void;
}

/** A subject whose types nobody needs to know any more. */
export interface InnerMachine {
  apply(entry: Entry, command: Uint8Array): unknown;
  snapshot(): SnapshotView;
  restore(chunks: AsyncIterable<Uint8Array>): Promise<void>;
  digest(): Promise<string>;
  check(): void;
}

export interface InnerSubject {
  machine(): InnerMachine;
  command(random: Random): Uint8Array;
}

export function innerSubject<Command, Result>(subject: Subject<Command, Result>): InnerSubject {
  return {
    command: (random) => subject.codec.encode(subject.command(drawOf(random))),
    machine: () => {
      const machine = subject.machine();
      return {
        apply: ({ index, term, at }, bytes) => {
          const entry: AppliedEntry<Command> = {
            index,
            term,
            at,
            version: 1,
            command: subject.codec.decode(bytes),
          };
          return machine.apply(entry);
        },
        snapshot: () => machine.snapshot(),
        restore: (chunks) => machine.restore(chunks),
        digest: () => digestOf(subject, machine),
        check: () => subject.check?.(machine),
      };
    },
  };
}

async function digestOf<Command, Result>(
  subject: Subject<Command, Result>,
  machine: StateMachine<Command, Result>,
): Promise<string> {
  if (subject.digest !== undefined) return subject.digest(machine);
  const own = machine.digest?.();
  if (own !== undefined) return typeof own === "string" ? own : Buffer.from(own).toString("hex");
  const chunks: Uint8Array[] = [];
  for await (const chunk of machine.snapshot().encode()) chunks.push(chunk.slice());
  return Buffer.concat(chunks).toString("hex");
}

function drawOf(random: Random): Draw {
  return {
    below: (n) => below(random, n),
    between: (low, high) => between(random, low, high),
    chance: (p) => chance(random, p),
    pick: (items) => pick(random, items),
  };
}
