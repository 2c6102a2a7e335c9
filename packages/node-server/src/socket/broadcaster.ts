// From the book to the sockets: every node tells what it applied, so all clients everywhere see one order.
import { type BetPlaced, type BetSettled, userId } from "@quorumbook/betting-core";
import type { AppliedEntry, MachineListener } from "../replication/betting-state-machine.ts";
import {
  EventFeed,
  type PersonalItem,
  type PublicItem,
  SETTLED_BETS_MAX,
  sortEvents,
} from "../replication/event-feed.ts";
import type { Services } from "../services.ts";
import { gameAnswer } from "../views/game-answer.ts";
import { clusterNow } from "../views/cluster-now.ts";
import { Conflation, type ConflationClock } from "./conflation.ts";
import {
  bookChangedText,
  clusterChangedText,
  clusterFiguresText,
  personalText,
  publicText,
} from "./messages.ts";
import type { Session } from "./session.ts";
import { SettlementNews } from "./settlement-news.ts";
import { Subscriptions } from "./subscriptions.ts";

/** How often the house's money is told to admins at most. */
const BOOK_INTERVAL_MS = 200;
/** How often bets are told to who watches them. */
const BETS_INTERVAL_MS = 200;
/** How often the cluster is looked at; a change of leader is told at once. */
const CLUSTER_INTERVAL_MS = 1_000;

export class Broadcaster implements MachineListener {
  readonly feed: EventFeed;
  readonly subscriptions = new Subscriptions<Session>();
  readonly sessions = new Set<Session>();
  readonly #services: Services;
  readonly #clock: ConflationClock;
  readonly #onError: (error: unknown) => void;
  readonly #conflation: Conflation;
  readonly #news: SettlementNews;
  #bookTimer: (() => void) | undefined;
  #betsTimer: (() => void) | undefined;
  #clusterTimer: (() => void) | undefined;
  #clusterTold: string | undefined;
  readonly #unsubscribe: () => void;
  /** The snapshot of all games, as long as nothing public has happened since. */
  #allGames: { readonly index: number; readonly bytes: Buffer } | undefined;

  constructor(
    services: Services,
    clock: ConflationClock,
    onError: (error: unknown) => void,
    feed = new EventFeed(),
  ) {
    this.#services = services;
    this.#onError = onError;
    this.#clock = clock;
    this.feed = feed;
    // The book may have come out of a snapshot when the node started: of what happened before, the feed holds nothing.
    this.feed.reset(services.machine.book.index);
    this.#conflation = new Conflation((items) => this.#tellPublic(items), clock);
    this.#news = new SettlementNews(
      {
        isHere: (id) => this.subscriptions.ofUser(id).size > 0,
        settledFor: (id, { event }) => {
          const settled = services.machine.book.settledFor(userId(id), [event], SETTLED_BETS_MAX);
          return settled === undefined ? undefined : (settled[0] ?? []);
        },
        tell: (item) => this.#sendPersonal(item),
        startOver: (id) => {
          for (const session of this.subscriptions.ofUser(id)) session.startPersonalOver();
        },
        onError: (error) => this.#startAllOver(error),
      },
      clock,
    );
    services.machine.listen(this);
    this.#unsubscribe = services.log.subscribe(({ type }) => {
      if (type === "changed") this.#tellCluster();
    });
    this.#tellCluster();
    this.#watchCluster();
  }

  /**
   * What goes wrong in telling must not stop the book: then nobody is told anything, all connections are cut, and
   * the clients come back for a snapshot.
   */
  onApplied(entry: AppliedEntry): void {
    if (entry.applied.events.length === 0) return;
    try {
      this.#tellEntry(entry);
    } catch (error) {
      this.#startAllOver(error);
    }
  }

  #startAllOver(error: unknown): void {
    this.#onError(error);
    this.feed.reset(this.#services.machine.book.index);
    this.#conflation.reset();
    this.#news.reset();
    for (const session of this.sessions) session.terminate();
  }

  #tellEntry(entry: AppliedEntry): void {
    const { machine } = this.#services;
    const sorted = sortEvents(entry, ({ gameId }) => machine.book.game(gameId));
    this.feed.add(sorted);
    if (sorted.publicItems.length > 0) this.#conflation.add(sorted.publicItems);
    for (const settlement of sorted.settlements) this.#news.add(settlement, this.subscriptions.users);
    for (const item of sorted.personalItems) this.#tellPersonal(item);
    if (sorted.bookChanged && this.subscriptions.admins.size > 0) this.#tellBookSoon();
  }

  /** A snapshot took the book's place: nobody knows what was missed, so everybody gets the new state. */
  onRestored(index: number): void {
    this.feed.reset(index);
    this.#conflation.reset();
    this.#news.reset();
    this.#allGames = undefined;
    for (const session of this.sessions) {
      try {
        session.startOver();
      } catch (error) {
        this.#onError(error);
        session.terminate();
      }
    }
  }

  #tellPublic(items: readonly PublicItem[]): void {
    for (const item of items) {
      const isNew = item.event.type === "gameCreated";
      const { ofAll } = this.subscriptions;
      const ofGame = this.subscriptions.ofGame(item.event.gameId);
      if (ofAll.size === 0 && (isNew || ofGame.size === 0)) continue;
      const bytes = Buffer.from(publicText(item));
      for (const session of ofAll) session.tellPublic(item.index, bytes);
      if (isNew) continue;
      for (const session of ofGame) session.tellPublic(item.index, bytes);
    }
  }

  /**
   * Tells the user's sessions what still waits for them: to be called before one begins or ceases to speak for the user.
   */
  catchUp(id: string): void {
    this.#news.catchUp(id);
  }

  #tellPersonal(item: PersonalItem): void {
    const { event } = item;
    if (event.type !== "balanceChanged" && this.subscriptions.betWatchers.size > 0) this.#tellWatchers(event);
    this.#news.catchUp(item.event.userId);
    this.#sendPersonal(item);
  }

  #sendPersonal(item: PersonalItem): void {
    const sessions = this.subscriptions.ofUser(item.event.userId);
    if (sessions.size === 0) return;
    const text = personalText(item, this.#services.machine.book);
    for (const session of sessions) session.tell(text);
  }

  #tellBookSoon(): void {
    this.#bookTimer ??= this.#clock.after(BOOK_INTERVAL_MS, () => {
      this.#bookTimer = undefined;
      const { gateway, machine } = this.#services;
      const text = bookChangedText(gateway.index, machine.book);
      for (const session of this.subscriptions.admins) session.tell(text);
    });
  }

  #tellWatchers({ type, bet }: BetPlaced | BetSettled): void {
    for (const { watch } of this.subscriptions.betWatchers) {
      if (type === "betPlaced") watch.take(bet);
      else watch.end(bet);
    }
    this.#betsTimer ??= this.#clock.after(BETS_INTERVAL_MS, () => {
      this.#betsTimer = undefined;
      const { index } = this.#services.gateway;
      for (const { watch } of this.subscriptions.betWatchers) watch.tellBets(index);
    });
  }

  #tellFigures(): void {
    const { clusterWatchers } = this.subscriptions;
    if (clusterWatchers.size === 0) return;
    const text = clusterFiguresText(this.#services.clusterFigures());
    for (const { watch } of clusterWatchers) watch.tellCluster(text);
  }

  #watchCluster(): void {
    this.#clusterTimer = this.#clock.after(CLUSTER_INTERVAL_MS, () => {
      this.#tellCluster();
      this.#tellFigures();
      this.#watchCluster();
    });
  }

  #tellCluster(): void {
    const cluster = clusterNow(this.#services);
    const seen = cluster.nodes.map(({ nodeId, role, reachable }) => `${nodeId} ${role} ${reachable}`);
    const told = [cluster.leader, cluster.term, ...seen].join("|");
    if (told === this.#clusterTold) return;
    const isFirst = this.#clusterTold === undefined;
    this.#clusterTold = told;
    if (isFirst || this.sessions.size === 0) return;
    const text = clusterChangedText(cluster);
    for (const session of this.sessions) session.tell(text);
  }

  /** The `snapshot` message of all games. */
  allGames(): { readonly index: number; readonly bytes: Buffer } {
    const index = this.feed.lastPublicIndex;
    if (this.#allGames?.index !== index) {
      const { book } = this.#services.machine;
      const games = [];
      let cursor: number | null = null;
      do {
        const page = book.games({ limit: 200, ...(cursor === null ? {} : { cursor }) });
        games.push(...page.items.map(gameAnswer));
        cursor = page.nextCursor;
      } while (cursor !== null);
      this.#allGames = { index, bytes: Buffer.from(JSON.stringify({ type: "snapshot", index, games })) };
    }
    return this.#allGames;
  }

  stop(): void {
    this.#unsubscribe();
    this.#conflation.reset();
    this.#news.reset();
    this.#bookTimer?.();
    this.#betsTimer?.();
    this.#clusterTimer?.();
  }
}
