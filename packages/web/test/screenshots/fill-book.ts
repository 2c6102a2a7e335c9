// A book with life in it: real matches of a season, virtual games, and bettors who have bet on them.
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

/** The bettor whose pages are shown. */
export const STAR = { username: "maria.k", password: "a fine long password" };
const BETTORS = ["maria.k", "j.okafor", "lena_b", "t.rossi", "hanne", "p.novak", "ade", "s.lindqvist"];
/** So many rounds in which everybody bets once: enough for histories that move. */
const ROUNDS = 34;
const DAY_MS = 86_400_000;

/** Bets that are taken while the admin's page is pictured. */
export const BETS_TICKED = 5;

/** What the pages are to show: ids of games that are worth a picture of their own. */
export interface FilledBook {
  /** A busy match, open. */
  readonly match: number;
  /** A virtual race, open. */
  readonly race: number;
  /** A virtual race and a wheel whose results are known. */
  readonly raceDone: number;
  readonly wheelDone: number;
  /** A match that is suspended, for a reason that is told. */
  readonly veiled: number;
  /** A race of which a runner does not start; the star had bet on it. */
  readonly withdrawn: number;
  /** A match that is closed and waits to be settled. */
  readonly closed: number;
  /** A virtual game whose result was drawn from seeds. */
  readonly drawn: number;
  /** Places so many bets more. */
  readonly betSome: () => Promise<void>;
}

interface Game {
  readonly id: number;
  readonly outcomes: readonly { readonly key: string; readonly odds: number | null; readonly cap: number }[];
}

/** Real matches of the season, virtual races, and bettors who have bet on them: open, won, lost and void. */
export async function fillBook(
  entry: string,
  admin: { readonly username: string; readonly password: string },
): Promise<FilledBook> {
  const house = await Person.enter(entry, "login", admin);
  const must = async <T>(path: string, body: unknown): Promise<T> => {
    const answer = await house.post<T>(path, body);
    if (answer === undefined) throw new Error(`${path} was refused`);
    return answer;
  };

  const season = readSeason();
  const [played, upcoming] = [season.slice(340, 352), season.slice(370, 380)];
  const openMatch = ({ home, away, prior }: Match, startsInMs: number) =>
    must<Game>("/api/games", {
      question: `${home} – ${away}`,
      category: "real",
      outcomes: [home, "Draw", away],
      startsAt: new Date(Date.now() + startsInMs).toISOString(),
      pricing: { prior, virtualStake: 60_000, commissionBp: 1_200, margin: 7_000 },
    });
  const openVirtual = (question: string, outcomes: readonly string[], draw?: object) =>
    must<Game>("/api/games", {
      question,
      ...(draw && { draw }),
      category: "virtual",
      outcomes,
      closesAt: new Date(Date.now() + 0.11 * DAY_MS).toISOString(),
      pricing: { virtualStake: 40_000, commissionBp: 1_200, margin: 25_000 },
    });

  const done = await inTurn(played, (match, at) => openMatch(match, at * 60_000 + DAY_MS));
  const raceDone = await openVirtual("Derby at Quorum Park, race 6", HORSES);
  const wheelDone = await openVirtual("Compass wheel, spin 112", WHEEL);
  const seeds = [randomBytes(32), randomBytes(32)];
  const drawn = await openVirtual("Derby at Quorum Park, race 5", HORSES, {
    commitments: seeds.map((seed) => createHash("sha256").update(seed).digest("hex")),
    revealBy: new Date(Date.now() + DAY_MS).toISOString(),
  });
  const open = await inTurn(upcoming, (match, at) => openMatch(match, 3_600_000 * (2 + at * 5)));
  const wheel = await openVirtual("Compass wheel, spin 113", WHEEL);
  const race = await openVirtual("Derby at Quorum Park, race 7", HORSES);
  const scratched = await openVirtual("Derby at Quorum Park, race 8", HORSES);
  const abandoned = open.at(1);
  const closed = open.at(0);
  const veiled = open.at(3);
  const match = open.at(-1);
  if (abandoned === undefined || closed === undefined || veiled === undefined || match === undefined) {
    throw new Error("no games");
  }

  const people = await inTurn(BETTORS, async (username) => {
    const person = await Person.enter(entry, "register", { username, password: STAR.password });
    await person.post("/api/deposits", { amount: 250_000 });
    return person;
  });
  const below = randomBelow(7);
  const games = [
    ...done,
    raceDone,
    raceDone,
    wheelDone,
    wheelDone,
    drawn,
    ...open,
    wheel,
    race,
    scratched,
    match,
    match,
    match,
    race,
  ];
  const betOnce = async (person: Person, among: readonly Game[]): Promise<boolean> => {
    const game = among[below(among.length)];
    if (game === undefined) return false;
    // The first outcomes are the favourites: that is where the money goes, and odds move.
    const outcome = game.outcomes[Math.min(below(game.outcomes.length), below(game.outcomes.length))];
    const bet = { gameId: game.id, outcome: outcome?.key, stake: (1 + below(14)) * 250 };
    return (await person.post("/api/bets", { ...bet, odds: 1.01, accept: "any" })) !== undefined;
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const person of people) {
      await betOnce(person, games);
    }
  }

  const [star] = people;
  for (const outcome of ["opt1", "opt2"]) {
    await star?.post("/api/bets", { gameId: scratched.id, outcome, stake: 2_000, odds: 1.01, accept: "any" });
  }
  const finish = async (game: Game, winner: string) => {
    await must(`/api/games/${game.id}/close`, { reason: "kick-off" });
    await must(`/api/games/${game.id}/settle`, { winner });
  };
  for (const [at, game] of done.entries()) await finish(game, played[at]?.winner ?? "opt1");
  await finish(raceDone, "opt3");
  await finish(wheelDone, "opt5");
  await must(`/api/games/${drawn.id}/close`, { reason: "start" });
  for (const seed of seeds) await must(`/api/games/${drawn.id}/reveal`, { seed: seed.toString("hex") });
  await must(`/api/games/${abandoned.id}/void`, { reason: "floodlight failure" });
  await must(`/api/games/${closed.id}/close`, { reason: "kick-off" });
  await must(`/api/games/${veiled.id}/suspend`, { reason: "penalty under review" });
  await must(`/api/games/${scratched.id}/withdraw`, {
    outcome: "opt2",
    reason: "lame at the paddock",
    force: true,
  });
  await must("/api/admin/bankroll", { amount: 5_000_000, reason: "season start" });
  return {
    match: match.id,
    veiled: veiled.id,
    withdrawn: scratched.id,
    race: race.id,
    raceDone: raceDone.id,
    wheelDone: wheelDone.id,
    closed: closed.id,
    drawn: drawn.id,
    betSome: async () => {
      for (let taken = 0; taken < BETS_TICKED; ) {
        const person = people[below(people.length)];
        if (person && (await betOnce(person, [match, race, wheel, open.at(4) ?? match]))) taken += 1;
      }
    },
  };
}

const HORSES = ["Log Matching", "Joint Consensus", "Quiet Follower", "Split Vote", "Old Term", "Read Index"];
const WHEEL = ["North", "North-east", "East", "South-east", "South", "South-west", "West", "North-west"];

async function inTurn<Item, Result>(
  items: readonly Item[],
  work: (item: Item, at: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const [at, item] of items.entries()) results.push(await work(item, at));
  return results;
}

interface Match {
  readonly home: string;
  readonly away: string;
  /** Basis points. */
  readonly prior: readonly number[];
  readonly winner: string;
}

/** examples/season/README.md says where these come from. */
function readSeason(): readonly Match[] {
  const folder = resolve(import.meta.dirname, "../../../../examples/season");
  const rows = (name: string) =>
    readFileSync(`${folder}/${name}`, "utf8")
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.trim().split(","));
  const priors = rows("premier-league-2023-24-prior.csv");
  return rows("premier-league-2023-24.csv").map(([, home = "", away = "", homeGoals, awayGoals], at) => {
    const [mine, theirs] = [Number(homeGoals), Number(awayGoals)];
    const winner = mine === theirs ? "opt2" : mine > theirs ? "opt1" : "opt3";
    return { home, away, winner, prior: (priors[at] ?? []).slice(3).map(Number) };
  });
}

/** Somebody with a token that is renewed before each request, for tokens here live for seconds. */
class Person {
  readonly #entry: string;
  readonly #credentials: { readonly username: string; readonly password: string };
  #token = "";
  #until = 0;

  private constructor(entry: string, credentials: { readonly username: string; readonly password: string }) {
    this.#entry = entry;
    this.#credentials = credentials;
  }

  static async enter(
    entry: string,
    how: "login" | "register",
    credentials: { readonly username: string; readonly password: string },
  ): Promise<Person> {
    const person = new Person(entry, credentials);
    await person.#open(how);
    return person;
  }

  async #open(how: "login" | "register"): Promise<void> {
    const answer = await fetch(`${this.#entry}/api/auth/${how}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(this.#credentials),
    });
    if (!answer.ok) throw new Error(`${how} of ${this.#credentials.username}: ${await answer.text()}`);
    const { accessToken, expiresIn } = (await answer.json()) as { accessToken: string; expiresIn: number };
    this.#token = accessToken;
    this.#until = Date.now() + (expiresIn - 3) * 1000;
  }

  /** The answer, or undefined where the book says no. */
  async post<T>(path: string, body: unknown): Promise<T | undefined> {
    if (Date.now() > this.#until) await this.#open("login");
    const answer = await fetch(this.#entry + path, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "idempotency-key": randomUUID(),
        authorization: `Bearer ${this.#token}`,
      },
      body: JSON.stringify(body),
    });
    if (answer.status === 401) throw new Error(`${path}: ${await answer.text()}`);
    return answer.ok ? ((await answer.json()) as T) : undefined;
  }
}

/** Whole numbers below a bound, the same at each run (mulberry32). */
function randomBelow(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * bound);
  };
}
