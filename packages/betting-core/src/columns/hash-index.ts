// Finds rows by a hash of 64 bits: open addressing in shards, derived from the rows and never stored.

/** Many small tables: each doubles by itself, so that no insertion stops the book for more than some microseconds. */
const SHARDS = 1024;
const SHARD_PLACES_MIN = 8;

/**
 * A place is two words, the value and its second hash: nearly all that are not sought are passed over, and all are
 * moved when a shard doubles, without a look at their rows, each of which lies in memory that no cache holds.
 */
const WORDS = 2;

/** Tells whether a value with the sought hash is the one that is sought. */
export interface Match {
  matches(value: number): boolean;
}

export class HashIndex {
  readonly #shards: (Uint32Array | undefined)[] = Array.from({ length: SHARDS });
  readonly #used = new Uint32Array(SHARDS);

  /** @returns the value that matches, or 0 */
  find(hash0: number, hash1: number, sought: Match): number {
    const places = this.#shards[hash0 & (SHARDS - 1)];
    if (places === undefined) return 0;
    const mask = places.length - WORDS;
    for (let place = homeOf(hash1, mask); ; place = (place + WORDS) & mask) {
      const value = places[place] as number;
      if (value === 0) return 0;
      if (places[place + 1] === hash1 >>> 0 && sought.matches(value)) return value;
    }
  }

  /** @param value 1 … 2^32 − 1, not yet in the index; 0 is an empty place */
  insert(hash0: number, hash1: number, value: number): void {
    const shard = hash0 & (SHARDS - 1);
    let places = this.#shards[shard];
    if (places === undefined) {
      places = new Uint32Array(SHARD_PLACES_MIN * WORDS);
      this.#shards[shard] = places;
    } else if (((this.#used[shard] as number) + 1) * 4 * WORDS > places.length * 3) {
      places = doubled(places);
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
    const mask = places.length - WORDS;
    let hole = homeOf(hash1, mask);
    while (places[hole] !== value) {
      if (places[hole] === 0) return;
      hole = (hole + WORDS) & mask;
    }
    this.#used[shard] = (this.#used[shard] as number) - 1;
    for (let place = (hole + WORDS) & mask; places[place] !== 0; place = (place + WORDS) & mask) {
      const home = homeOf(places[place + 1] as number, mask);
      // The entry may fill the hole unless its home lies behind the hole, seen from its place backwards.
      if (((place - home) & mask) < ((place - hole) & mask)) continue;
      places.copyWithin(hole, place, place + WORDS);
      hole = place;
    }
    places[hole] = 0;
  }
}

function doubled(places: Uint32Array): Uint32Array {
  const larger = new Uint32Array(places.length * 2);
  for (let place = 0; place < places.length; place += WORDS) {
    const value = places[place] as number;
    if (value !== 0) put(larger, places[place + 1] as number, value);
  }
  return larger;
}

function put(places: Uint32Array, hash1: number, value: number): void {
  const mask = places.length - WORDS;
  let place = homeOf(hash1, mask);
  while (places[place] !== 0) place = (place + WORDS) & mask;
  places[place] = value;
  places[place + 1] = hash1;
}

/** @param mask of even numbers: the length of the shard, a power of two, less one place */
function homeOf(hash1: number, mask: number): number {
  return (hash1 << 1) & mask;
}
