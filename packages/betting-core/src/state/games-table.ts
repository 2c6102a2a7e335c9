// Games: records in pages; the row's number is the game's id.

import { ObjectColumn } from "../columns/object-column.ts";
import { DigestSum } from "../digest/digest-sum.ts";
import type { Hasher } from "../digest/hasher.ts";
import {
  copyGame,
  type GameRecord,
  hashCashedOut,
  hashGame,
  hashGameText,
  hashOutcome,
  hashReason,
  hashWithdrawn,
} from "./game-record.ts";

export class GamesTable {
  readonly digest = new DigestSum();
  /** Newest row; rows are 1 … count. */
  count = 0;
  /** Grows with each snapshot: a record of an older generation is copied before it is changed. */
  generation = 0;

  readonly #records = new ObjectColumn<GameRecord>();
  readonly #hasher: Hasher;

  constructor(hasher: Hasher) {
    this.#hasher = hasher;
  }

  /** For reading. Undefined where there is no such game. */
  get(id: number): GameRecord | undefined {
    return id >= 1 && id <= this.count ? this.#records.get(id) : undefined;
  }

  add(game: GameRecord): void {
    this.restore(game);
    this.digest.add(hashGameText(this.#hasher, game.text));
    this.#hashes(game, (hash) => this.digest.add(hash));
  }

  /** Puts a game back without touching the digest. */
  restore(game: GameRecord): void {
    this.count = game.text.id;
    this.#records.set(game.text.id, game);
  }

  /** The game for changing all but its text, and one version on. O(outcomes). */
  change(id: number, change: (game: GameRecord) => void): GameRecord {
    const game = this.#writable(id);
    this.#hashes(game, (hash) => this.digest.remove(hash));
    change(game);
    game.version++;
    this.#hashes(game, (hash) => this.digest.add(hash));
    return game;
  }

  /** Adds a bet to the game's sums, and one version on. Odds and caps are the caller's to renew. */
  addBet(id: number, bet: number, position: number, stake: number, promise: number): GameRecord {
    const game = this.#writable(id);
    const hasher = this.#hasher;
    this.digest.remove(hashGame(hasher, game));
    this.digest.remove(hashOutcome(hasher, game, position));
    game.version++;
    game.lastBet = bet;
    game.staked[position] = (game.staked[position] as number) + stake;
    game.liabilities[position] = (game.liabilities[position] as number) + promise;
    game.betCounts[position] = (game.betCounts[position] as number) + 1;
    game.totalStaked += stake;
    this.digest.add(hashGame(hasher, game));
    this.digest.add(hashOutcome(hasher, game, position));
    return game;
  }

  /** Takes a bet out of the game's sums again, and one version on. Odds and caps are the caller's to renew. */
  removeBet(id: number, position: number, stake: number, promise: number): GameRecord {
    const game = this.#writable(id);
    const hasher = this.#hasher;
    this.digest.remove(hashGame(hasher, game));
    this.digest.remove(hashOutcome(hasher, game, position));
    game.version++;
    game.staked[position] = (game.staked[position] as number) - stake;
    game.liabilities[position] = (game.liabilities[position] as number) - promise;
    game.betCounts[position] = (game.betCounts[position] as number) - 1;
    game.totalStaked -= stake;
    this.digest.add(hashGame(hasher, game));
    this.digest.add(hashOutcome(hasher, game, position));
    return game;
  }

  freeze(): (id: number) => GameRecord | undefined {
    this.generation++;
    return this.#records.freeze();
  }

  recomputeDigest(): DigestSum {
    const sum = new DigestSum();
    for (let id = 1; id <= this.count; id++) {
      const game = this.#records.get(id) as GameRecord;
      sum.add(hashGameText(this.#hasher, game.text));
      this.#hashes(game, (hash) => sum.add(hash));
    }
    return sum;
  }

  /** Hashes of all that may change of a game. */
  #hashes(game: GameRecord, visit: (hash: Hasher) => void): void {
    const hasher = this.#hasher;
    visit(hashGame(hasher, game));
    for (let position = 0; position < game.staked.length; position++) {
      visit(hashOutcome(hasher, game, position));
    }
    // What most games do not have; without it, digests are those of versions that did not know it.
    if (game.reason !== null) visit(hashReason(hasher, game));
    if (game.cashedOut !== null) visit(hashCashedOut(hasher, game));
    if (game.withdrawn.length > 0) visit(hashWithdrawn(hasher, game));
  }

  #writable(id: number): GameRecord {
    const game = this.#records.get(id) as GameRecord;
    if (game.generation === this.generation) return game;
    const copy = copyGame(game, this.generation);
    this.#records.set(id, copy);
    return copy;
  }
}
