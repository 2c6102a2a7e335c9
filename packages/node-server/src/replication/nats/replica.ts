// The stream's messages, one after another, on the book: a function of the stream alone, so that every node has the
// same indexes, times and digests wherever it began. Knows nothing of NATS.
import { type Applied, decodeCommand } from "@quorumbook/betting-core";
import type { BettingStateMachine, DigestPoint } from "../betting-state-machine.ts";
import { type BatchHead, BatchDamage, decodeBatch } from "./batch-codec.ts";
import { Roster, type RosterRow } from "./roster.ts";
import { type SessionRow, Sessions } from "./sessions.ts";

/** What a snapshot holds beside the book. */
export interface ReplicaState {
  /** Sequence, in the stream, of the last message that was taken. */
  readonly position: number;
  /** Commands taken so far: the log index of the last one. */
  readonly index: number;
  readonly at: number;
  readonly sessions: readonly SessionRow[];
  readonly roster: RosterRow;
}

/** A message as the stream gives it. */
export interface StreamMessage {
  readonly seq: number;
  /** When the stream's leader took it, in milliseconds since 1970. */
  readonly at: number;
  readonly data: Uint8Array;
}

/** What a message came to. */
export interface Taken {
  /** Undefined where the message was none of ours. */
  readonly head: BatchHead | undefined;
  /** Of each command, with its index; undefined where the batch was there before. */
  readonly results: readonly { readonly index: number; readonly applied: Applied }[] | undefined;
  /** Whether the leader or the members are others now. */
  readonly rosterChanged: boolean;
}

/** The book here is another than the leader's at the same index. */
export class StateDiverged extends Error {
  constructor(leader: string, theirs: DigestPoint, ours: string) {
    super(
      `the book has the digest ${ours} at index ${theirs.index}, and ${leader}, which leads, has ${theirs.value}`,
    );
    this.name = "StateDiverged";
  }
}

/** Digests remembered, one a thousand entries: a leader tells of one that is some batches old. */
const DIGESTS_MAX = 16;

const EMPTY: ReplicaState = {
  position: 0,
  index: 0,
  at: 0,
  sessions: [],
  roster: { leader: undefined, term: 0, members: [] },
};

export class Replica {
  readonly #machine: BettingStateMachine;
  readonly #sessions: Sessions;
  readonly #digests: DigestPoint[] = [];
  readonly roster: Roster;
  #position: number;
  #index: number;
  #at: number;

  /** @param state what belongs to the book that the machine has */
  constructor(machine: BettingStateMachine, state: ReplicaState = EMPTY) {
    this.#machine = machine;
    this.#sessions = new Sessions(state.sessions);
    this.roster = new Roster(state.roster);
    this.#position = state.position;
    this.#index = state.index;
    this.#at = state.at;
  }

  get position(): number {
    return this.#position;
  }

  get index(): number {
    return this.#index;
  }

  /** Time of the last message; never goes back. */
  get at(): number {
    return this.#at;
  }

  /**
   * Takes the next message.
   *
   * @throws where it is not the next one, cannot be read, or leads to another book than the leader has: the node must
   *   stop then
   */
  take({ seq, at, data }: StreamMessage): Taken {
    if (seq !== this.#position + 1) {
      throw new Error(`the stream goes on at ${seq}, and not at ${this.#position + 1}: messages are missing`);
    }
    const batch = read(data);
    this.#position = seq;
    this.#at = Math.max(this.#at, at);
    if (batch === undefined) return { head: undefined, results: undefined, rosterChanged: false };
    const { head, commands } = batch;
    const isNew = this.#sessions.note(head.session, head.seq, head.floor);
    this.#compare(head);
    const results = isNew ? commands.map((command) => this.#apply(command)) : undefined;
    const { nodeId, appliedIndex, leaving = false } = head;
    const rosterChanged = isNew && this.roster.note(nodeId, this.#at, appliedIndex, leaving);
    return { head, results, rosterChanged };
  }

  state(): ReplicaState {
    return {
      position: this.#position,
      index: this.#index,
      at: this.#at,
      sessions: this.#sessions.rows(),
      roster: this.roster.row(),
    };
  }

  #apply(bytes: Uint8Array): { index: number; applied: Applied } {
    this.#index += 1;
    const index = this.#index;
    const applied = this.#machine.apply({ index, at: this.#at, command: decodeCommand(bytes) });
    const digest = this.#machine.lastDigest;
    if (digest.index > 0 && digest.index !== this.#digests.at(-1)?.index) {
      this.#digests.push(digest);
      if (this.#digests.length > DIGESTS_MAX) this.#digests.shift();
    }
    return { index, applied };
  }

  #compare({ nodeId, digest }: BatchHead): void {
    if (digest === undefined || nodeId !== this.roster.leader) return;
    const ours = this.#digests.find(({ index }) => index === digest.index);
    if (ours !== undefined && ours.value !== digest.value)
      throw new StateDiverged(nodeId, digest, ours.value);
  }
}

/** Undefined of what is no batch: it is in the stream for good, and every node passes it over alike. */
function read(data: Uint8Array): ReturnType<typeof decodeBatch> | undefined {
  try {
    return decodeBatch(data);
  } catch (error) {
    if (error instanceof BatchDamage) return undefined;
    throw error;
  }
}
