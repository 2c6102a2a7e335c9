// The last events of the book, numbered by log index, so that a connection that was cut can go on at any node:
// one stream for the public, one for each user. Bounded; who comes back too late gets a snapshot instead.
import type {
  BalanceChanged,
  BetPlaced,
  BetSettled,
  BetsSettled,
  Book,
  GameCreated,
  GameSettled,
  GameStatusChanged,
  GameView,
  OddsChanged,
  OutcomeWithdrawn,
} from "@quorumbook/betting-core";
import { userId as asUserId } from "@quorumbook/betting-core";
import type { AppliedEntry } from "./betting-state-machine.ts";
import { KeptPersonal } from "./kept-personal.ts";
import { KeptPublic } from "./kept-public.ts";
import { Queue } from "./queue.ts";

export type PublicEvent = OddsChanged | GameStatusChanged | GameSettled | GameCreated | OutcomeWithdrawn;
export type PersonalEvent = BetPlaced | BetSettled | BalanceChanged;

export interface PublicItem {
  readonly index: number;
  readonly event: PublicEvent;
  /** With `gameCreated`: the game as it was created. */
  readonly game?: GameView;
}

export interface PersonalItem {
  readonly index: number;
  readonly event: PersonalEvent;
  /** With `betPlaced`: the key it was asked with, where there was one. */
  readonly requestId?: string;
  /** With `betPlaced`: the game's odds right after the bet. */
  readonly odds?: OddsChanged;
}

/** All bets of a game were settled. What that is to a user is asked of the book when it is needed. */
export interface SettlementItem {
  readonly index: number;
  readonly event: BetsSettled;
}

/** The events of one entry, sorted by who may see them. */
export interface FeedEntry {
  readonly index: number;
  readonly publicItems: readonly PublicItem[];
  readonly personalItems: readonly PersonalItem[];
  /** Come before the personal items of the same entry. */
  readonly settlements: readonly SettlementItem[];
  /** Whether the house's money changed. */
  readonly bookChanged: boolean;
}

/**
 * Public events kept: at 5 000 bets a second a quarter of a minute, and in practice hours. An odds change of
 * three outcomes takes 120 bytes, so about 9 MB.
 */
const PUBLIC_MAX = 75_000;
/** Personal events kept, over all users; two a bet, some 230 bytes each with the key, so about 45 MB at most. */
const PERSONAL_MAX = 200_000;
/** Settlements kept, some 300 bytes each. A user who comes back asks the book for its part in all that were missed. */
const SETTLEMENTS_MAX = 10_000;

/**
 * Bets of one user in settlements that are told one by one, some ten milliseconds of work at most. Who has more is given
 * a new state: so many messages would pass what a connection may have in its buffer.
 */
export const SETTLED_BETS_MAX = 2_000;

const DEFAULT_LIMITS: FeedLimits = {
  publicMax: PUBLIC_MAX,
  personalMax: PERSONAL_MAX,
  settlementsMax: SETTLEMENTS_MAX,
};

export interface FeedLimits {
  readonly publicMax: number;
  readonly personalMax: number;
  readonly settlementsMax: number;
}

/** Sorts the events of an entry; `game` is asked for what a new game looks like. */
export function sortEvents(
  entry: AppliedEntry,
  game: (event: GameCreated) => GameView | undefined,
): FeedEntry {
  const { index, command } = entry;
  const publicItems: PublicItem[] = [];
  const personalItems: PersonalItem[] = [];
  const settlements: SettlementItem[] = [];
  let bookChanged = false;
  let odds: OddsChanged | undefined;
  for (const event of entry.applied.events) {
    switch (event.type) {
      case "gameCreated": {
        const created = game(event);
        if (created !== undefined) publicItems.push({ index, event, game: created });
        break;
      }
      case "oddsChanged":
        odds = event;
        publicItems.push({ index, event });
        break;
      case "gameSuspended":
      case "gameResumed":
      case "gameClosed":
      case "gameVoided":
      case "gameSettled":
      case "outcomeWithdrawn":
        publicItems.push({ index, event });
        break;
      case "betPlaced":
        // The odds after a bet come before the bet itself in an entry's events.
        personalItems.push({
          index,
          event,
          ...(command.key === undefined ? {} : { requestId: command.key }),
          ...(odds === undefined ? {} : { odds }),
        });
        break;
      case "betsSettled":
        settlements.push({ index, event });
        break;
      case "betSettled":
      case "balanceChanged":
        personalItems.push({ index, event });
        break;
      case "bookChanged":
        bookChanged = true;
        break;
      default:
        return event satisfies never;
    }
  }
  return { index, publicItems, personalItems, settlements, bookChanged };
}

/** What a settlement was to one user, as items of the personal stream. */
export function personalItemsOf(
  { index }: SettlementItem,
  events: readonly PersonalEvent[],
): readonly PersonalItem[] {
  return events.map((event) => ({ index, event }));
}

/** The items of a queue that is ordered by index, from the first above `from` on. */
function* above<Item extends { readonly index: number }>(queue: Queue<Item>, from: number): Generator<Item> {
  let low = 0;
  let high = queue.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((queue.at(middle)?.index ?? 0) > from) high = middle;
    else low = middle + 1;
  }
  for (let position = low; position < queue.length; position += 1) {
    const item = queue.at(position);
    if (item !== undefined) yield item;
  }
}

export class EventFeed {
  readonly #limits: FeedLimits;
  #public = new KeptPublic();
  #personal = new KeptPersonal();
  #settlements = new Queue<SettlementItem>();
  /** Events at or below these indexes may be missing. */
  #publicFloor = 0;
  #personalFloor = 0;
  #lastPublicIndex = 0;

  constructor(limits: FeedLimits = DEFAULT_LIMITS) {
    this.#limits = limits;
  }

  /** Index of the newest public event: what a snapshot of all games taken now is of. */
  get lastPublicIndex(): number {
    return this.#lastPublicIndex;
  }

  add(entry: FeedEntry): void {
    for (const item of entry.publicItems) {
      this.#public.push(item);
      this.#lastPublicIndex = item.index;
    }
    while (this.#public.length > this.#limits.publicMax) this.#publicFloor = this.#public.shift();
    for (const item of entry.personalItems) this.#personal.push(item);
    while (this.#personal.length > this.#limits.personalMax) {
      this.#personalFloor = Math.max(this.#personalFloor, this.#personal.shift());
    }
    for (const item of entry.settlements) this.#settlements.push(item);
    while (this.#settlements.length > this.#limits.settlementsMax) {
      const dropped = this.#settlements.shift();
      this.#personalFloor = Math.max(this.#personalFloor, dropped?.index ?? 0);
    }
  }

  /** Forgets everything: the book was replaced by a snapshot at that index. */
  reset(index: number): void {
    this.#public = new KeptPublic();
    this.#personal = new KeptPersonal();
    this.#settlements = new Queue();
    this.#publicFloor = index;
    this.#personalFloor = index;
    this.#lastPublicIndex = index;
  }

  /** Public events of a higher index, oldest first; undefined where some of them are no longer held. */
  publicSince(index: number): Iterable<PublicItem> | undefined {
    return index < this.#publicFloor ? undefined : this.#public.above(index);
  }

  /**
   * The user's events of a higher index, oldest first; undefined where some of them may no longer be held, or where
   * settlements make too many of them.
   *
   * @param book asked for the user's part in settlements
   */
  personalSince(
    userId: string,
    index: number,
    book: Pick<Book, "settledFor">,
  ): Iterable<PersonalItem> | undefined {
    if (index < this.#personalFloor) return undefined;
    const settlements = [...above(this.#settlements, index)];
    if (settlements.length === 0) return this.#personal.above(userId, index);
    const settled = book.settledFor(
      asUserId(userId),
      settlements.map(({ event }) => event),
      SETTLED_BETS_MAX,
    );
    if (settled === undefined) return undefined;
    const parts = settlements.flatMap((item, at) => personalItemsOf(item, settled[at] ?? []));
    return merged(parts, this.#personal.above(userId, index));
  }
}

/** Two lists in the order of their indexes; of one index, the first list's items come first. */
function* merged(first: readonly PersonalItem[], second: Iterable<PersonalItem>): Generator<PersonalItem> {
  let at = 0;
  for (const item of second) {
    for (let next = first[at]; next !== undefined && next.index <= item.index; next = first[at]) {
      yield next;
      at += 1;
    }
    yield item;
  }
  yield* first.slice(at);
}
