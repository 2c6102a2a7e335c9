// Who hears what: sessions by the games they follow, and by the user they speak for.

const NOBODY: ReadonlySet<never> = new Set();

export class Subscriptions<Session> {
  readonly #all = new Set<Session>();
  readonly #byGame = new Map<number, Set<Session>>();
  readonly #gamesOf = new Map<Session, readonly number[]>();
  readonly #byUser = new Map<string, Set<Session>>();
  readonly #admins = new Set<Session>();
  readonly #betWatchers = new Set<Session>();
  readonly #clusterWatchers = new Set<Session>();

  /** Follow all games, or those; replaces what the session followed before. */
  follow(session: Session, games: "all" | readonly number[]): void {
    this.unfollow(session);
    if (games === "all") {
      this.#all.add(session);
      return;
    }
    const distinct = [...new Set(games)];
    this.#gamesOf.set(session, distinct);
    for (const game of distinct) add(this.#byGame, game, session);
  }

  unfollow(session: Session): void {
    this.#all.delete(session);
    for (const game of this.#gamesOf.get(session) ?? []) remove(this.#byGame, game, session);
    this.#gamesOf.delete(session);
  }

  identify(session: Session, userId: string, isAdmin: boolean): void {
    add(this.#byUser, userId, session);
    if (isAdmin) this.#admins.add(session);
  }

  forget(session: Session, userId: string): void {
    remove(this.#byUser, userId, session);
    this.#admins.delete(session);
  }

  watch(session: Session, wants: { readonly wantsBets: boolean; readonly wantsCluster: boolean }): void {
    this.unwatch(session);
    if (wants.wantsBets) this.#betWatchers.add(session);
    if (wants.wantsCluster) this.#clusterWatchers.add(session);
  }

  unwatch(session: Session): void {
    this.#betWatchers.delete(session);
    this.#clusterWatchers.delete(session);
  }

  get betWatchers(): ReadonlySet<Session> {
    return this.#betWatchers;
  }

  get clusterWatchers(): ReadonlySet<Session> {
    return this.#clusterWatchers;
  }

  get followers(): number {
    return this.#all.size + this.#gamesOf.size;
  }

  get ofAll(): ReadonlySet<Session> {
    return this.#all;
  }

  ofGame(gameId: number): ReadonlySet<Session> {
    return this.#byGame.get(gameId) ?? NOBODY;
  }

  /** Users for whom some session speaks. */
  get users(): Iterable<string> {
    return this.#byUser.keys();
  }

  ofUser(userId: string): ReadonlySet<Session> {
    return this.#byUser.get(userId) ?? NOBODY;
  }

  get admins(): ReadonlySet<Session> {
    return this.#admins;
  }
}

function add<Key, Session>(sets: Map<Key, Set<Session>>, key: Key, session: Session): void {
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set([session]));
  else set.add(session);
}

function remove<Key, Session>(sets: Map<Key, Set<Session>>, key: Key, session: Session): void {
  const set = sets.get(key);
  set?.delete(session);
  if (set?.size === 0) sets.delete(key);
}
