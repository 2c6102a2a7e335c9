import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { auditBooks, compareDigests } from "../season/audit.ts";
import { noFindings } from "../season/checks.ts";
import { eachOf } from "../season/pool.ts";
import { seededRandom } from "../season/random.ts";
import type { SeasonSystem } from "../season/season-system.ts";
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
  /** Whether every second client comes through the entry point; all others, and without it all, ask nodes directly. */
  readonly atEntry?: boolean;
}

/** What came of it all, once everything was quiet. */
export interface Conclusion {
  readonly history: History;
  readonly digestsEqual: boolean;
  readonly faults: readonly string[];
}

const LISTENERS = 8;
const REGISTER_AT_ONCE = 8;
const ENTRY = "entry";

/** Bettors, listeners and an admin of a system, and at the end all that they were told is held against its books. */
export class Crowd {
  readonly bettors: readonly Bettor[];
  readonly admin: Session;
  readonly #system: SeasonSystem;
  readonly #origins: ReadonlyMap<string, string>;
  readonly #sockets: ReadonlyMap<string, string>;
  readonly #house: House;
  readonly #listeners: readonly Listener[];
  readonly #say: (line: string) => void;
  /** The newest log index that anybody was told of. */
  #newest = 0;

  private constructor(
    system: SeasonSystem,
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
    this.bettors = Array.from({ length: clients }, (_, at) => {
      const session = new Session(system.entry, `c-${run}-${at}`, phrase);
      const around: Surroundings = {
        origins: atEntry && at % 2 === 0 ? entry : origins,
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
    system: SeasonSystem,
    options: CrowdOptions,
    say: (line: string) => void,
  ): Promise<Crowd> {
    const { username, password } = await system.control.createAdmin(`a-${randomBytes(4).toString("hex")}`);
    const admin = new Session(system.entry, username, password);
    await admin.login();
    const crowd = new Crowd(system, await system.origins(), admin, options, say);
    say(`${options.clients} clients register …`);
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
      ...this.bettors.map((bettor) => bettor.run(over)),
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
