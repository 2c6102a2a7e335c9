// The games that one connection follows: a snapshot or what was missed, and from there on every message.
import { gameId } from "@quorumbook/betting-core";
import type { PublicItem } from "../replication/event-feed.ts";
import { gameAnswer } from "../views/game-answer.ts";
import { mergeOdds } from "./conflation.ts";
import { asReplay, publicText } from "./messages.ts";
import type { Outbox } from "./outbox.ts";
import type { Session, SessionContext } from "./session.ts";

type Games = "all" | readonly number[];

export class PublicStream {
  readonly #session: Session;
  readonly #outbox: Outbox;
  readonly #context: SessionContext;
  #following: Games | undefined;
  /** What has this index or a lower one is in the snapshot or replay that the client was given. */
  floor = 0;

  constructor(session: Session, outbox: Outbox, context: SessionContext) {
    this.#session = session;
    this.#outbox = outbox;
    this.#context = context;
  }

  /**
   * Begins, in place of what was before.
   *
   * @param from the last public index that the client has seen, where it wants what it missed
   */
  begin(games: Games, from: number | undefined): void {
    const { services, broadcaster } = this.#context;
    const index = services.gateway.index;
    this.#following = games;
    broadcaster.subscriptions.follow(this.#session, games);
    this.#outbox.send(JSON.stringify({ type: "subscribed", games, index }));
    const missed = from === undefined || from > index ? undefined : broadcaster.feed.publicSince(from);
    if (missed === undefined) this.#sendSnapshot(games);
    else this.#outbox.sendLarge(replay(games, missed));
    this.floor = index;
  }

  #sendSnapshot(games: Games): void {
    const { services, broadcaster } = this.#context;
    if (games === "all") {
      this.#outbox.sendLarge([broadcaster.allGames().bytes]);
      return;
    }
    const found = [...new Set(games)].flatMap((id) => services.machine.book.game(gameId(id)) ?? []);
    const index = services.gateway.index;
    this.#outbox.sendLarge([JSON.stringify({ type: "snapshot", index, games: found.map(gameAnswer) })]);
  }

  /** The book was replaced: the client gets the new state of what it follows. */
  startOver(): void {
    if (this.#following === undefined) return;
    this.#sendSnapshot(this.#following);
    this.floor = this.#context.services.gateway.index;
  }

  stop(): void {
    this.#following = undefined;
    this.#context.broadcaster.subscriptions.unfollow(this.#session);
  }
}

/** Followers of some games hear nothing of the others, nor of new ones. */
function replay(games: Games, missed: Iterable<PublicItem>): string[] {
  const wanted = games === "all" ? undefined : new Set(games);
  return mergeOdds(missed).flatMap((item) => {
    const { type, gameId } = item.event;
    const isWanted = wanted === undefined || (type !== "gameCreated" && wanted.has(gameId));
    return isWanted ? [asReplay(publicText(item))] : [];
  });
}
