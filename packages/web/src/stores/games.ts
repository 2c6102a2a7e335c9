// All games as last told. Messages may arrive twice, or late on one of the two streams: prices and status each have
// the version they hold from, and nothing older replaces them.
import { type ReadonlySignal, type Signal, batch, computed, signal } from "@preact/signals";
import type {
  BetGame,
  Category,
  Game,
  GameStatus,
  Outcome,
  OutcomePrice,
  PublicMessage,
} from "@quorumbook/client";

export type Direction = "up" | "down";

/** The last movement of an outcome's odds that happened while the reader could see it. */
export interface Move {
  readonly direction: Direction;
  /** Version of the game that brought it: a new number is a new movement. */
  readonly version: number;
}

export interface LiveOutcome extends Outcome {
  readonly move: Move | null;
}

export interface LiveGame extends Omit<Game, "outcomes"> {
  readonly outcomes: readonly LiveOutcome[];
  readonly pricesVersion: number;
  readonly statusVersion: number;
}

/** What lists sort and filter by. Changes seldom, while odds change all the time. */
export interface CatalogEntry {
  readonly id: number;
  readonly question: string;
  readonly category: Category;
  readonly status: GameStatus;
}

export class GamesStore {
  readonly #games = new Map<number, Signal<LiveGame>>();
  readonly #catalog = signal<ReadonlyMap<number, CatalogEntry>>(new Map());
  readonly #loaded = signal(false);
  /** Index of the newest snapshot or message: an older snapshot does not take games away. */
  #index = 0;
  /** Asked to read a game whose prices are not known from the messages alone. */
  onIncomplete: (gameId: number) => void = () => undefined;

  /** Newest first. */
  readonly catalog: ReadonlySignal<readonly CatalogEntry[]> = computed(() =>
    [...this.#catalog.value.values()].sort((a, b) => b.id - a.id),
  );
  /** False until the first snapshot: an empty list then means "not known yet". */
  readonly loaded: ReadonlySignal<boolean> = this.#loaded;

  /** The game, to be watched; also undefined is watched, until the game appears. */
  find(gameId: number): ReadonlySignal<LiveGame> | undefined {
    const known = this.#games.get(gameId);
    if (!known) void this.#catalog.value;
    return known;
  }

  /** The game as it is, unwatched. */
  peek(gameId: number): LiveGame | undefined {
    return this.#games.get(gameId)?.peek();
  }

  /** Takes messages of the public stream in one go, so that what depends on them is drawn once. */
  applyAll(messages: readonly PublicMessage[]): void {
    batch(() => {
      for (const message of messages) this.apply(message);
    });
  }

  apply(message: PublicMessage): void {
    switch (message.type) {
      case "snapshot":
        this.#replace(message.games, message.index);
        break;
      case "gameCreated":
        this.put(message.game);
        break;
      case "oddsChanged":
        this.#reprice(message.gameId, message, message.replay !== true);
        break;
      case "gameSuspended":
        this.#transition(message.gameId, message.version, "suspended", message.outcomes, message);
        break;
      case "gameResumed":
        this.#transition(message.gameId, message.version, "open", message.outcomes);
        break;
      case "gameClosed":
        this.#transition(message.gameId, message.version, "closed", message.outcomes);
        break;
      case "gameVoided":
        this.#transition(message.gameId, message.version, "voided", message.outcomes);
        break;
      case "outcomeWithdrawn":
        this.#withdraw(message.gameId, message.outcome);
        break;
      case "gameSettled":
        this.#transition(message.gameId, message.version, "settled", undefined, message);
        break;
      default:
        message satisfies never;
    }
    this.#index = Math.max(this.#index, message.index);
  }

  /** Takes a whole game, as read or created, unless it is older than what is known. */
  put(game: Game): void {
    const known = this.#games.get(game.id);
    if (!known) {
      this.#games.set(game.id, signal(asLive(game)));
      this.#list(game);
      return;
    }
    const before = known.peek();
    if (game.version < before.statusVersion && game.version < before.pricesVersion) return;
    const prices = game.version >= before.pricesVersion ? stillWithdrawn(asLive(game), before) : before;
    const words = game.version >= before.statusVersion ? game : before;
    known.value = {
      ...words,
      outcomes: prices.outcomes,
      totalStaked: prices.totalStaked,
      version: Math.max(game.version, before.version),
      pricesVersion: prices.pricesVersion,
      statusVersion: Math.max(game.version, before.statusVersion),
    };
    this.#list(known.peek());
  }

  /** Takes the prices that the answer to an own bet brings along. */
  applyBet(game: BetGame): void {
    this.#reprice(game.id, game, true);
  }

  #replace(games: readonly Game[], index: number): void {
    batch(() => {
      if (index >= this.#index) {
        const kept = new Set(games.map((game) => game.id));
        for (const id of this.#games.keys()) if (!kept.has(id)) this.#games.delete(id);
        this.#catalog.value = new Map([...this.#catalog.value].filter(([id]) => kept.has(id)));
      }
      const listed = new Map(this.#catalog.peek());
      for (const game of games) {
        if (this.#games.has(game.id)) this.put(game);
        else this.#games.set(game.id, signal(asLive(game)));
        const now = this.peek(game.id);
        if (now) listed.set(game.id, entryOf(now));
      }
      this.#catalog.value = listed;
      this.#loaded.value = true;
    });
  }

  #reprice(
    gameId: number,
    change: { version: number; outcomes: readonly OutcomePrice[]; totalStaked?: number },
    seen: boolean,
  ): void {
    const known = this.#games.get(gameId);
    if (!known) {
      this.onIncomplete(gameId);
      return;
    }
    const before = known.peek();
    if (change.version <= before.pricesVersion) return;
    const outcomes = before.outcomes.map((outcome): LiveOutcome => {
      const price = change.outcomes.find((candidate) => candidate.key === outcome.key);
      if (!price) return outcome;
      const move = seen ? moveOf(outcome, price, change.version) : null;
      return { ...outcome, odds: price.odds, cap: price.cap, staked: price.staked, move };
    });
    const totalStaked = change.totalStaked ?? outcomes.reduce((sum, outcome) => sum + outcome.staked, 0);
    known.value = {
      ...before,
      outcomes,
      totalStaked,
      version: Math.max(before.version, change.version),
      pricesVersion: change.version,
    };
  }

  #transition(
    gameId: number,
    version: number,
    status: GameStatus,
    prices: readonly OutcomePrice[] | undefined,
    { winner, winners, push, reason }: Pick<Game, "winner" | "winners" | "push" | "reason"> = {},
  ): void {
    const known = this.#games.get(gameId);
    if (!known) {
      this.onIncomplete(gameId);
      return;
    }
    const before = known.peek();
    if (version <= before.statusVersion) return;
    known.value = {
      ...undecided(before),
      status,
      version: Math.max(before.version, version),
      statusVersion: version,
      ...(winner === undefined ? {} : { winner }),
      ...(winners === undefined ? {} : { winners }),
      ...(push === undefined ? {} : { push }),
      ...(reason === undefined ? {} : { reason }),
    };
    if (prices) this.#reprice(gameId, { version, outcomes: prices }, false);
    this.#list(known.peek());
    // A game that was first seen while it took no bets showed caps of 0; the message of its resumption has none.
    if (status === "open" && !prices && before.outcomes.every((outcome) => outcome.cap === 0)) {
      this.onIncomplete(gameId);
    }
  }

  #withdraw(gameId: number, key: string): void {
    const known = this.#games.get(gameId);
    if (!known) {
      this.onIncomplete(gameId);
      return;
    }
    const before = known.peek();
    const outcomes = before.outcomes.map((outcome) => (outcome.key === key ? withdrawn(outcome) : outcome));
    known.value = { ...before, outcomes };
  }

  #list(game: Game | LiveGame): void {
    const listed = this.#catalog.peek().get(game.id);
    if (listed && listed.status === game.status && listed.question === game.question) return;
    this.#catalog.value = new Map(this.#catalog.peek()).set(game.id, entryOf(game));
  }
}

function asLive(game: Game): LiveGame {
  const outcomes = game.outcomes.map((outcome) => ({ ...outcome, move: null }));
  return { ...game, outcomes, pricesVersion: game.version, statusVersion: game.version };
}

function withdrawn(outcome: LiveOutcome): LiveOutcome {
  return { ...outcome, odds: null, cap: 0, withdrawn: true };
}

/** What was withdrawn stays so: a game that was read just before may arrive after the message. */
function stillWithdrawn(game: LiveGame, before: LiveGame): LiveGame {
  const outcomes = game.outcomes.map((outcome, position) =>
    before.outcomes[position]?.withdrawn ? withdrawn(outcome) : outcome,
  );
  return { ...game, outcomes };
}

/** What came out, and why a game is suspended, belongs to the status that it had: nothing of it is kept. */
function undecided(game: LiveGame): LiveGame {
  const bare: { -readonly [Field in keyof LiveGame]: LiveGame[Field] } = { ...game };
  delete bare.winner;
  delete bare.winners;
  delete bare.push;
  delete bare.reason;
  return bare;
}

function entryOf({ id, question, category, status }: Game | LiveGame): CatalogEntry {
  return { id, question, category, status };
}

function moveOf(before: LiveOutcome, now: OutcomePrice, version: number): Move | null {
  if (before.odds === null || now.odds === null || before.odds === now.odds) return before.move;
  return { direction: now.odds > before.odds ? "up" : "down", version };
}
