import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { auditBooks, compareDigests } from "../season/audit.ts";
import { noFindings } from "../season/checks.ts";
import { eachOf } from "../season/pool.ts";
import { seededRandom } from "../season/random.ts";
import type { BettingSystem } from "../season/season-system.ts";
import { Session } from "../season/session.ts";
import { Bettor, type Surroundings } from "./bettor.ts";
import { checkHistory } from "./check-history.ts";
import type { History } from "./history.ts";
import { House } from "./house.ts";
import { Listener } from "./listener.ts";
import { readLedgers } from "./read-ledgers.ts";

export interface CrowdOptions {
  readonly clients: number;
  readonly seed: number;
  /**
   * Whether every second client comes through the entry point; all others, and without it all, ask nodes directly. Then
   * some more come to the entry point one after another, and do not wait for each other: at any time somebody is new.
   */
  readonly atEntry?: boolean;
}

/** What came of it all, once everything was quiet. */
export interface Conclusion {
  readonly history: History;
  readonly digestsEqual: boolean;
  readonly faults: readonly string[];
}

const LISTENERS = 8;
const ARRIVING = 8;
/** Between two writes of one who arrives anew, in ms. */
const ARRIVE_EVERY_MS = 200;
const REGISTER_AT_ONCE = 8;
/** Names the entry point where a node's name would stand. */
export const ENTRY = "entry";

/** Bettors, listeners and an admin of a system, and at the end all that they were told is held against its books. */
export class Crowd {
  readonly bettors: readonly Bettor[];
  readonly admin: Session;
  readonly #system: BettingSystem;
  readonly #origins: ReadonlyMap<string, string>;
  readonly #sockets: ReadonlyMap<string, string>;
  readonly #house: House;
  readonly #listeners: readonly Listener[];
  /** How many of the bettors, the first ones, arrive anew rather than wait for the answer before. */
  readonly #arriving: number;
  readonly #say: (line: string) => void;
  /** The newest log index that anybody was told of. */
  #newest = 0;

  private constructor(
    system: BettingSystem,
    origins: ReadonlyMap<string, string>,
    admin: Session,
    { clients, seed, atEntry = false }: CrowdOptions,
    say: (line: string) => void,
  ) {
    const run = randomBytes(4).toString("hex");
    const phrase = randomBytes(18).toString("base64url");
    this.#system = system;
    this.#origins = origins;
    this.admin = admin;
    this.#say = say;
    this.#house = new House(admin, seededRandom(seed + 1));
    const entry = new Map([[ENTRY, system.entry]]);
    this.#arriving = atEntry ? ARRIVING : 0;
    this.bettors = Array.from({ length: clients + this.#arriving }, (_, at) => {
      const session = new Session(system.entry, `c-${run}-${at}`, phrase);
      const around: Surroundings = {
        origins: atEntry && (at % 2 === 0 || at < ARRIVING) ? entry : origins,
        games: this.#house.games,
        told: (index) => {
          this.#newest = Math.max(this.#newest, index);
        },
      };
      return new Bettor(session, around, seededRandom(seed + 100 + at));
    });
    const places = [...origins, ...(atEntry ? entry : [])];
    this.#sockets = new Map(places.map(([id, url]) => [id, `${url.replace(/^http/, "ws")}/ws`]));
    this.#listeners = Array.from(
      { length: LISTENERS },
      (_, at) =>
        new Listener(this.#sockets, this.sessions, seededRandom(seed + 10_000 + at), () => this.#newest),
    );
  }

  /** Makes an admin, and registers everybody. */
  static async gather(
    system: BettingSystem,
    options: CrowdOptions,
    say: (line: string) => void,
  ): Promise<Crowd> {
    const { username, password } = await system.createAdmin(`a-${randomBytes(4).toString("hex")}`);
    const admin = new Session(system.entry, username, password);
    await admin.login();
    const crowd = new Crowd(system, await system.origins(), admin, options, say);
    say(`${options.clients} people register …`);
    await eachOf(crowd.sessions, REGISTER_AT_ONCE, (session) => session.register());
    return crowd;
  }

  get sessions(): readonly Session[] {
    return this.bettors.map(({ session }) => session);
  }

  /** Asks, bets and listens until it is over. */
  async run(over: () => boolean): Promise<void> {
    await Promise.all([
      this.#house.run(over),
      ...this.bettors.map((bettor, at) =>
        at < this.#arriving ? bettor.arrive(over, ARRIVE_EVERY_MS) : bettor.run(over),
      ),
      ...this.#listeners.map((listener) => listener.run(over)),
    ]);
  }

  /** Asks for what was left open, reads every node's books, and checks. */
  async conclude(): Promise<Conclusion> {
    this.#say("all is quiet; what was left open is asked for …");
    await Promise.all(this.bettors.map((bettor) => bettor.resolve()));
    const [last] = this.#listeners;
    for (const [node, url] of this.#sockets) await last?.listen(node, url, undefined, 0, 500);
    await sleep(500);
    const ledgers = await readLedgers(this.sessions, this.#origins, this.#newest);
    const findings = noFindings();
    await auditBooks(this.#system, this.admin, this.#newest, findings);
    const digestsEqual = await compareDigests(this.#system, findings);
    const history: History = {
      operations: this.bettors.flatMap(({ operations }) => operations),
      ledgers,
      segments: this.#listeners.flatMap(({ segments }) => segments),
      quotes: this.#listeners.flatMap(({ quotes }) => quotes),
    };
    this.#say(`${history.operations.length} operations are checked …`);
    return { history, digestsEqual, faults: [...checkHistory(history), ...findings.faults] };
  }
}
