// Finds rows by a hash of 64 bits: open addressing in shards, derived from the rows and never stored.

/** Many small tables: each grows by itself, so that no insertion stops the book for more than some microseconds. */
const SHARDS = 1024;
const SHARD_PLACES_MIN = 8;

/** A shard grows by a third when seven eighths are used: three quarters on average, where doubling would leave 65 %. */
const GROWTH = 4 / 3;
const USED_MAX = 7 / 8;
/** A shard that is made to measure has this much room for more. */
const SHARD_ROOM = 1.1;

/**
 * A place is two words, the value and its second hash: nearly all that are not sought are passed over, and all are
 * moved when a shard grows, without a look at their rows, each of which lies in memory that no cache holds.
 */
const WORDS = 2;

/** Tells whether a value with the sought hash is the one that is sought. */
export interface Match {
  matches(value: number): boolean;
}

/** Gives each value with its hash to `take`; called twice, and must give the same ones. */
export type Listing = (take: (hash0: number, hash1: number, value: number) => void) => void;

export class HashIndex {
  readonly #shards: (Uint32Array | undefined)[] = Array.from({ length: SHARDS });
  readonly #used = new Uint32Array(SHARDS);

  /**
   * The index of many values at once, shard by shard: each shard is made to measure and filled while it is in the
   * cache. Inserting ten million one by one would wait for memory at every one of them.
   */
  static of(list: Listing): HashIndex {
    const index = new HashIndex();
    const used = index.#used;
    list((hash0) => {
      const shard = hash0 & (SHARDS - 1);
      used[shard] = (used[shard] as number) + 1;
    });
    const next = new Uint32Array(SHARDS);
    let count = 0;
    for (let shard = 0; shard < SHARDS; shard++) {
      next[shard] = count;
      count += used[shard] as number;
    }
    const sorted = new Uint32Array(count * WORDS);
    list((hash0, hash1, value) => {
      const shard = hash0 & (SHARDS - 1);
      const at = next[shard] as number;
      next[shard] = at + 1;
      sorted[at * WORDS] = value;
      sorted[at * WORDS + 1] = hash1;
    });
    for (let shard = 0, at = 0; shard < SHARDS; shard++) {
      const end = next[shard] as number;
      if (at === end) continue;
      const needed = Math.ceil(((end - at) / USED_MAX) * SHARD_ROOM);
      const places = new Uint32Array(Math.max(SHARD_PLACES_MIN, needed) * WORDS);
      for (; at < end; at++) put(places, sorted[at * WORDS + 1] as number, sorted[at * WORDS] as number);
      index.#shards[shard] = places;
    }
    return index;
  }

  /** @returns the value that matches, or 0 */
  find(hash0: number, hash1: number, sought: Match): number {
    const places = this.#shards[hash0 & (SHARDS - 1)];
    if (places === undefined) return 0;
    const end = places.length;
    const unsigned = hash1 >>> 0;
    for (let place = homeOf(hash1, end); ; ) {
      const value = places[place] as number;
      if (value === 0) return 0;
      if (places[place + 1] === unsigned && sought.matches(value)) return value;
      place += WORDS;
      if (place === end) place = 0;
    }
  }

  /** Reads where the hash would be, so that it is near when it is sought. */
  touch(hash0: number, hash1: number): number {
    const places = this.#shards[hash0 & (SHARDS - 1)];
    return places === undefined ? 0 : (places[homeOf(hash1, places.length)] as number);
  }

  /** @returns a value with that second hash, 0 where there is none: most likely the one that is sought */
  likely(hash0: number, hash1: number): number {
    const places = this.#shards[hash0 & (SHARDS - 1)];
    if (places === undefined) return 0;
    const end = places.length;
    const unsigned = hash1 >>> 0;
    for (let place = homeOf(hash1, end); ; place = after(place, end)) {
      const value = places[place] as number;
      if (value === 0 || places[place + 1] === unsigned) return value;
    }
  }

  /** @param value 1 … 2^32 − 1, not yet in the index; 0 is an empty place */
  insert(hash0: number, hash1: number, value: number): void {
    const shard = hash0 & (SHARDS - 1);
    let places = this.#shards[shard];
    if (places === undefined) {
      places = new Uint32Array(SHARD_PLACES_MIN * WORDS);
      this.#shards[shard] = places;
    } else if (((this.#used[shard] as number) + 1) * WORDS > places.length * USED_MAX) {
      places = grown(places);
      this.#shards[shard] = places;
    }
    put(places, hash1, value);
    this.#used[shard] = (this.#used[shard] as number) + 1;
  }

  /** Takes the value out; the ones it displaced move back, so that no tombstones pile up. */
  remove(hash0: number, hash1: number, value: number): void {
    const shard = hash0 & (SHARDS - 1);
    const places = this.#shards[shard];
    if (places === undefined) return;
    const end = places.length;
    let hole = homeOf(hash1, end);
    while (places[hole] !== value) {
      if (places[hole] === 0) return;
      hole = after(hole, end);
    }
    this.#used[shard] = (this.#used[shard] as number) - 1;
    for (let place = after(hole, end); places[place] !== 0; place = after(place, end)) {
      const home = homeOf(places[place + 1] as number, end);
      // The entry may fill the hole unless its home lies behind the hole, seen from its place backwards.
      if (distance(home, place, end) < distance(hole, place, end)) continue;
      places.copyWithin(hole, place, place + WORDS);
      hole = place;
    }
    places[hole] = 0;
  }
}

function grown(places: Uint32Array): Uint32Array {
  const larger = new Uint32Array(Math.ceil((places.length / WORDS) * GROWTH) * WORDS);
  for (let place = 0; place < places.length; place += WORDS) {
    const value = places[place] as number;
    if (value !== 0) put(larger, places[place + 1] as number, value);
  }
  return larger;
}

function put(places: Uint32Array, hash1: number, value: number): void {
  const end = places.length;
  let place = homeOf(hash1, end);
  while (places[place] !== 0) place = after(place, end);
  places[place] = value;
  places[place + 1] = hash1;
}

/** The part of the shard that the hash is of all hashes, so that a shard may have any length. */
function homeOf(hash1: number, end: number): number {
  return Math.floor(((hash1 >>> 0) * (end / WORDS)) / 0x1_0000_0000) * WORDS;
}

function after(place: number, end: number): number {
  return place + WORDS === end ? 0 : place + WORDS;
}

/** How far a place lies behind another one, going round the end. */
function distance(from: number, place: number, end: number): number {
  return place >= from ? place - from : place - from + end;
}
