// A node whose machine is betting-core's book, for the bench of recoveries. Its parent asks: see `Request`.
import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import {
  type Applied,
  type Book,
  type Command,
  decodeCommand,
  encodeCommand,
  logIndex,
  restoreBook,
  unixMillis,
} from "@quorumbook/betting-core";
import {
  type AppliedEntry,
  type CommandCodec,
  RaftStore,
  type RaftTuning,
  type StateMachine,
} from "@quorumbook/raft-store";
import { betNumber, bookWithGames, entries } from "../core/bets.ts";
import { childOptions } from "../lib/child.ts";
import { type Answered, closedLoop } from "../lib/closed-loop.ts";

export interface BookServerOptions extends RaftTuning {
  readonly clusterId: string;
  readonly nodeId: string;
  readonly dataDir: string;
  readonly members: Readonly<Record<string, string>>;
  readonly join?: boolean;
  /** Bets that its book holds before the first entry of its log, if its directory is empty. */
  readonly bets: number;
}

export type Request =
  | { readonly type: "status" }
  /** Places bets for so long, beginning with the number given. */
  | {
      readonly type: "load";
      readonly first: number;
      readonly clients: number;
      readonly milliseconds: number;
    }
  /** Places so many bets. */
  | {
      readonly type: "fill";
      readonly first: number;
      readonly clients: number;
      readonly count: number;
    }
  | { readonly type: "snapshot" }
  | { readonly type: "backup"; readonly path: string }
  | { readonly type: "addLearner"; readonly nodeId: string; readonly address: string };

export interface BookStatus {
  readonly leader: string | null;
  readonly ready: boolean;
  readonly lastIndex: number;
  readonly appliedIndex: number;
  readonly snapshotIndex: number;
}

const GAMES = 100;
/** Entries that the book takes itself to have seen before the log's first: those that placed its bets. */
const INDEX_BEFORE = 100_000_000;

class BookMachine implements StateMachine<Command, Applied> {
  book: Book;

  constructor(bets: number) {
    const entry = entries();
    this.book = bookWithGames(GAMES, entry);
    for (let number = 0; number < bets; number++) this.book.apply(betNumber(number, GAMES), entry());
  }

  apply({ index, at, command }: AppliedEntry<Command>): Applied {
    return this.book.apply(command, { index: logIndex(INDEX_BEFORE + index), at: unixMillis(at) });
  }

  expect(commands: readonly Command[]): void {
    this.book.expect(commands);
  }

  snapshot(): { encode(): AsyncIterable<Uint8Array> } {
    return this.book.snapshot();
  }

  async restore(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    this.book = await restoreBook(chunks);
  }

  digest(): string {
    return this.book.digest();
  }
}

const codec: CommandCodec<Command> = { encode: encodeCommand, decode: decodeCommand };
const { bets, ...options } = childOptions() as BookServerOptions;
const machine = new BookMachine(bets);
const store = await RaftStore.open({ ...options, machine, codec });
store.on((event) => {
  if (event.type === "fatal") throw event.error;
});
process.on("message", (request: Request) => {
  void answer(request).then((value) => process.send?.(value));
});
process.send?.("open");

async function answer(request: Request): Promise<unknown> {
  switch (request.type) {
    case "status":
      return status();
    case "load":
      return await load(request);
    case "fill":
      return await fill(request);
    case "snapshot":
      return await store.takeSnapshot();
    case "backup": {
      const backup = await store.backup();
      if (backup === undefined) throw new Error("there is no snapshot to back up");
      await pipeline(backup.data, createWriteStream(request.path));
      return backup.bytes;
    }
    case "addLearner":
      return await store.addLearner(request.nodeId, request.address);
    default:
      return request satisfies never;
  }
}

function status(): BookStatus {
  const { leader, ready, lastIndex, appliedIndex, snapshotIndex } = store.status();
  return { leader, ready, lastIndex, appliedIndex, snapshotIndex };
}

function load({ first, clients, milliseconds }: Extract<Request, { type: "load" }>): Promise<Answered> {
  let next = first;
  const fail = (error: unknown): void => {
    throw error;
  };
  return closedLoop({ clients, milliseconds }, () => (answered) => void place(next++).then(answered, fail));
}

async function fill({ first, clients, count }: Extract<Request, { type: "fill" }>): Promise<number> {
  let next = first;
  const one = async (): Promise<void> => {
    while (next < first + count) await place(next++);
  };
  await Promise.all(Array.from({ length: clients }, one));
  return store.status().lastIndex;
}

async function place(number: number): Promise<void> {
  const { result } = await store.submit(betNumber(number, GAMES), { timeoutMs: 60_000 });
  if (result.outcome.status !== "accepted")
    throw new Error("a bet was refused: the bench would measure something else");
}
