import type { Input, ReadOutcome } from "../core/effects.ts";
import { RaftError } from "../errors.ts";
import type { LogIndex } from "../units.ts";
import { Deadlines } from "./deadlines.ts";

interface Reader {
  /** Not known until the leader has answered a barrier. */
  index: LogIndex | undefined;
  ticket: number;
  readonly resolve: (index: LogIndex) => void;
  readonly reject: (error: RaftError) => void;
}

/**
 * The callers of `readBarrier` and `appliedAtLeast`. Barriers of one turn share one question to the leader. A reader never
 * joins a question that was asked before it came: the answer would only vouch for what was acknowledged before that.
 */
export class Readers {
  readonly #deadlines = new Deadlines<Reader>();
  /** Barriers that are not asked for yet. */
  #unasked: Reader[] = [];
  readonly #asked = new Map<number, Reader[]>();
  readonly #waiting = new Set<Reader>();
  /** No waiting reader is satisfied by less than this. */
  #leastIndex = Number.POSITIVE_INFINITY;
  #nextQuestion = 1;

  get hasUnasked(): boolean {
    return this.#unasked.length > 0;
  }

  barrier(deadlineMs: number): Promise<LogIndex> {
    return new Promise((resolve, reject) => {
      this.#unasked.push(this.#reader(undefined, deadlineMs, resolve, reject));
    });
  }

  appliedAtLeast(index: LogIndex, deadlineMs: number): Promise<LogIndex> {
    return new Promise((resolve, reject) => {
      this.#wait(this.#reader(index, deadlineMs, resolve, reject), index);
    });
  }

  /** One question for all barriers that are not asked for. */
  ask(): Extract<Input, { type: "readIndex" }> {
    const id = this.#nextQuestion++;
    this.#asked.set(id, this.#unasked);
    this.#unasked = [];
    return { type: "readIndex", id };
  }

  outcomes(outcomes: readonly ReadOutcome[], appliedIndex: LogIndex): void {
    for (const outcome of outcomes) {
      const readers = this.#asked.get(outcome.id) ?? [];
      this.#asked.delete(outcome.id);
      if (outcome.outcome === "refused") this.#unasked.push(...readers);
      else for (const reader of readers) this.#wait(reader, outcome.index);
    }
    this.applied(appliedIndex);
  }

  applied(appliedIndex: LogIndex): void {
    if (appliedIndex < this.#leastIndex) return;
    this.#leastIndex = Number.POSITIVE_INFINITY;
    for (const reader of this.#waiting) {
      const index = reader.index as LogIndex;
      if (index > appliedIndex) {
        this.#leastIndex = Math.min(this.#leastIndex, index);
        continue;
      }
      this.#waiting.delete(reader);
      this.#deadlines.remove(reader, reader.ticket);
      reader.resolve(index);
    }
  }

  expire(nowMs: number, leaderKnown: boolean): void {
    const expired = new Set(this.#deadlines.expire(nowMs));
    if (expired.size === 0) return;
    this.#unasked = this.#unasked.filter((reader) => !expired.has(reader));
    for (const [id, readers] of this.#asked)
      this.#asked.set(
        id,
        readers.filter((reader) => !expired.has(reader)),
      );
    for (const reader of expired) {
      this.#waiting.delete(reader);
      reader.reject(this.#late(reader, leaderKnown));
    }
  }

  stop(): void {
    const all = [...this.#unasked, ...[...this.#asked.values()].flat(), ...this.#waiting];
    this.#unasked = [];
    this.#asked.clear();
    this.#waiting.clear();
    for (const reader of all) {
      this.#deadlines.remove(reader, reader.ticket);
      reader.reject(new RaftError("RAFT_SHUTDOWN", "the node stopped"));
    }
  }

  #reader(
    index: LogIndex | undefined,
    deadlineMs: number,
    resolve: (index: LogIndex) => void,
    reject: (error: RaftError) => void,
  ): Reader {
    const reader: Reader = { index, ticket: 0, resolve, reject };
    reader.ticket = this.#deadlines.add(reader, deadlineMs);
    return reader;
  }

  #wait(reader: Reader, index: LogIndex): void {
    reader.index = index;
    this.#waiting.add(reader);
    this.#leastIndex = Math.min(this.#leastIndex, index);
  }

  #late({ index }: Reader, leaderKnown: boolean): RaftError {
    if (index !== undefined)
      return new RaftError("RAFT_REPLICA_BEHIND", `entry ${index} is not applied here yet`);
    if (!leaderKnown) return new RaftError("RAFT_NO_LEADER", "no leader was known before the deadline");
    return new RaftError("RAFT_TIMEOUT", "the leader did not confirm the read before the deadline");
  }
}
