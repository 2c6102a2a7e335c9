// Who acts in these tests, and the few things that all of them do.
import { randomUUID } from "node:crypto";
import { type Answer, expectStatus, Http } from "./http.ts";
import { ADMIN, type System } from "./system.ts";

export interface Outcome {
  readonly key: string;
  readonly label: string;
  readonly odds: number | null;
  readonly cap: number;
  readonly staked: number;
}

export interface Game {
  readonly id: number;
  readonly question: string;
  readonly status: string;
  readonly outcomes: readonly Outcome[];
  readonly version: number;
  readonly totalStaked: number;
  readonly winner?: string;
  readonly closesAt?: string;
  readonly closedAt?: string;
  readonly settledAt?: string;
}

export interface Bet {
  readonly id: number;
  readonly gameId: number;
  readonly outcome: string;
  readonly stake: number;
  readonly odds: number;
  readonly potentialPayout: number;
  readonly status: string;
  readonly payout: number | null;
  readonly index: number;
}

export interface Placed {
  readonly bet: Bet;
  readonly balance: number;
  readonly seq: number;
  readonly game: { readonly id: number; readonly version: number; readonly outcomes: readonly Outcome[] };
}

export interface Balance {
  readonly userId: string;
  readonly balance: number;
  readonly openStake: number;
  readonly seq: number;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

export interface Session {
  readonly user: { readonly id: string; readonly username: string; readonly role: string };
  readonly accessToken: string;
  readonly expiresIn: number;
}

export interface Person {
  readonly id: string;
  readonly username: string;
  readonly token: string;
  /** Asks as this person. */
  readonly http: Http;
}

export const WELCOME = 10_000;
export const PASSWORD = "a-long-enough-Phrase-4711";

/** What every suite works with. */
export class World {
  readonly system: System;
  readonly anyone: Http;
  readonly admin: Person;

  constructor(system: System, admin: Person) {
    this.system = system;
    this.anyone = new Http(system.port);
    this.admin = admin;
  }

  static async of(system: System): Promise<World> {
    const http = new Http(system.port);
    const login = await http.post<Session>("/api/auth/login", ADMIN);
    expectStatus(login, 200);
    return new World(system, personOf(http, login.body));
  }

  /** A new bettor, whose account opens with the first request. */
  async bettor(): Promise<Person> {
    const credentials = { username: `b-${randomUUID().slice(0, 12)}`, password: PASSWORD };
    const registered = await this.anyone.post<Session>("/api/auth/register", credentials);
    expectStatus(registered, 201);
    return personOf(this.anyone, registered.body);
  }

  /** A new bettor with this much on the account. */
  async richBettor(balance = 10_000_000): Promise<Person> {
    const person = await this.bettor();
    await deposit(person, balance - WELCOME);
    return person;
  }

  async game(fields: Readonly<Record<string, unknown>> = {}): Promise<Game> {
    const created = await this.admin.http.post<Game>("/api/games", {
      question: "Will it hold?",
      category: "real",
      outcomes: ["Yes", "No"],
      ...fields,
    });
    expectStatus(created, 201);
    return created.body;
  }

  async read(gameId: number): Promise<Game> {
    const answer = await this.anyone.get<Game>(`/api/games/${gameId}?consistency=linearizable`);
    expectStatus(answer, 200);
    return answer.body;
  }

  /** An admin's step in the life of a game. */
  async act<Body = Game>(gameId: number, step: string, body: object = {}): Promise<Answer<Body>> {
    const answer = await this.admin.http.post<Body>(`/api/games/${gameId}/${step}`, body);
    expectStatus(answer, 200);
    return answer;
  }
}

export function personOf(http: Http, session: Session): Person {
  const { user, accessToken } = session;
  return { id: user.id, username: user.username, token: accessToken, http: http.as(accessToken) };
}

export const newKey = (): string => randomUUID();

export async function deposit(person: Person, amount: number): Promise<void> {
  expectStatus(await person.http.post("/api/deposits", { amount }, { key: newKey() }), 201);
}

export function tryBet(person: Person, body: object, key = newKey()): Promise<Answer<Placed>> {
  return person.http.post<Placed>("/api/bets", body, { key });
}

export async function place(person: Person, body: object, key = newKey()): Promise<Placed> {
  const answer = await tryBet(person, body, key);
  expectStatus(answer, 201);
  return answer.body;
}

/** A bet that any odds are right for. */
export function betOn(game: { readonly id: number }, outcome: string, stake: number): object {
  return { gameId: game.id, outcome, stake, odds: 1.5, accept: "any" };
}

export async function balanceOf(person: Person): Promise<Balance> {
  const answer = await person.http.get<Balance>("/api/balance?consistency=linearizable");
  expectStatus(answer, 200);
  return answer.body;
}
