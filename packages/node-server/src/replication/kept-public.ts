// The newest public items, oldest first. Changes of odds, of which there is one a bet, are kept as numbers.
import type { PublicItem } from "./event-feed.ts";
import { NumberRows } from "./number-rows.ts";
import { EVENT_NUMBERS_MAX, packOdds, unpackOdds } from "./packed-events.ts";

const WHOLE = 0;
const ODDS = 1;
/** Index and kind, before the numbers of the event. */
const HEAD = 2;

export class KeptPublic {
  readonly #rows = new NumberRows();
  /** Items that are not numbers, by their number since the beginning. */
  readonly #whole = new Map<number, PublicItem>();
  #dropped = 0;
  /** Of the item that is being added. */
  readonly #row = new Float64Array(HEAD + EVENT_NUMBERS_MAX);

  get length(): number {
    return this.#rows.length;
  }

  push(item: PublicItem): void {
    const { index, event } = item;
    const row = this.#row;
    row[0] = index;
    row[1] = event.type === "oddsChanged" ? ODDS : WHOLE;
    if (event.type !== "oddsChanged") this.#whole.set(this.#dropped + this.length, item);
    this.#rows.push(row, event.type === "oddsChanged" ? packOdds(event, row, HEAD) : HEAD);
  }

  /** Drops the oldest item; returns its index. */
  shift(): number {
    const index = this.#rows.number(0, 0);
    this.#rows.shift();
    this.#whole.delete(this.#dropped);
    this.#dropped += 1;
    return index;
  }

  /** Those of a higher index; what is added or dropped meanwhile may come or not. */
  *above(from: number): Generator<PublicItem> {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#rows.number(middle, 0) > from) high = middle;
      else low = middle + 1;
    }
    for (let position = low; position < this.length; position += 1) yield this.#at(position);
  }

  #at(position: number): PublicItem {
    const row = this.#rows.at(position);
    if (row[1] === WHOLE) return this.#whole.get(this.#dropped + position) as PublicItem;
    return { index: row[0] as number, event: unpackOdds(row.subarray(HEAD)) };
  }
}
