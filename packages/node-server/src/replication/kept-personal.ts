// The newest personal items of all users. A bet makes two, and they are kept as numbers; each names the one before it of
// the same user, so that a user costs no list.
import type { UserId } from "@quorumbook/betting-core";
import type { PersonalItem } from "./event-feed.ts";
import { NumberRows } from "./number-rows.ts";
import {
  BET_NUMBERS,
  EVENT_NUMBERS_MAX,
  isPackable,
  packBalance,
  packBet,
  packOdds,
  unpackBalance,
  unpackBet,
  unpackOdds,
} from "./packed-events.ts";
import { Queue } from "./queue.ts";

const WHOLE = 0;
const BALANCE = 1;
const BET = 2;
const BET_WITH_ODDS = 3;
/** Index, kind, owner and the owner's item before, in front of the numbers of the event. */
const HEAD = 4;
const NO_ITEM = -1;

interface Owner {
  readonly userId: string;
  readonly place: number;
  /** Its newest item, numbered since the beginning. */
  newest: number;
  count: number;
}

export class KeptPersonal {
  readonly #rows = new NumberRows();
  /** Of each item, where it has one. */
  readonly #requestIds = new Queue<string | undefined>();
  /** Items that are not numbers, by their number since the beginning. */
  readonly #whole = new Map<number, PersonalItem>();
  readonly #owners = new Map<string, Owner>();
  readonly #byPlace: (Owner | undefined)[] = [];
  readonly #freePlaces: number[] = [];
  #dropped = 0;
  /** Of the item that is being added. */
  readonly #row = new Float64Array(HEAD + EVENT_NUMBERS_MAX);

  get length(): number {
    return this.#rows.length;
  }

  push(item: PersonalItem): void {
    const owner = this.#owners.get(item.event.userId) ?? this.#newOwner(item.event.userId);
    const number = this.#dropped + this.length;
    const row = this.#row;
    const kind = kindOf(item);
    row[0] = item.index;
    row[1] = kind;
    row[2] = owner.place;
    row[3] = owner.newest;
    if (kind === WHOLE) this.#whole.set(number, item);
    owner.newest = number;
    owner.count += 1;
    this.#rows.push(row, kind === WHOLE ? HEAD : pack(item, row));
    this.#requestIds.push(item.requestId);
  }

  /** Drops the oldest item; returns its index. */
  shift(): number {
    const index = this.#rows.number(0, 0);
    const owner = this.#byPlace[this.#rows.number(0, 2)] as Owner;
    owner.count -= 1;
    if (owner.count === 0) this.#forget(owner);
    this.#rows.shift();
    this.#requestIds.shift();
    this.#whole.delete(this.#dropped);
    this.#dropped += 1;
    return index;
  }

  /** The user's of a higher index, oldest first. */
  above(userId: string, from: number): PersonalItem[] {
    const items: PersonalItem[] = [];
    let number = this.#owners.get(userId)?.newest ?? NO_ITEM;
    while (number >= this.#dropped) {
      const row = this.#rows.at(number - this.#dropped);
      const [index = 0, , , before = NO_ITEM] = row;
      if (index <= from) break;
      items.push(this.#item(number, row, userId));
      number = before;
    }
    return items.reverse();
  }

  #item(number: number, row: Float64Array, userId: string): PersonalItem {
    const [index = 0, kind] = row;
    const event = row.subarray(HEAD);
    if (kind === WHOLE) return this.#whole.get(number) as PersonalItem;
    if (kind === BALANCE) return { index, event: unpackBalance(event, userId as UserId) };
    const requestId = this.#requestIds.at(number - this.#dropped);
    return {
      index,
      event: unpackBet(event, userId as UserId),
      ...(requestId === undefined ? {} : { requestId }),
      ...(kind === BET ? {} : { odds: unpackOdds(event.subarray(BET_NUMBERS)) }),
    };
  }

  #newOwner(userId: string): Owner {
    const place = this.#freePlaces.pop() ?? this.#byPlace.length;
    const owner: Owner = { userId, place, newest: NO_ITEM, count: 0 };
    this.#byPlace[place] = owner;
    this.#owners.set(userId, owner);
    return owner;
  }

  #forget({ userId, place }: Owner): void {
    this.#owners.delete(userId);
    this.#byPlace[place] = undefined;
    this.#freePlaces.push(place);
  }
}

function kindOf({ event, odds }: PersonalItem): number {
  if (event.type === "balanceChanged") return BALANCE;
  if (event.type !== "betPlaced" || !isPackable(event)) return WHOLE;
  return odds === undefined ? BET : BET_WITH_ODDS;
}

/** Writes the numbers of the item's event behind the head; returns the length of the row. */
function pack({ event, odds }: PersonalItem, row: Float64Array): number {
  if (event.type === "balanceChanged") return packBalance(event, row, HEAD);
  if (event.type !== "betPlaced") return HEAD;
  const end = packBet(event, row, HEAD);
  return odds === undefined ? end : packOdds(odds, row, end);
}
