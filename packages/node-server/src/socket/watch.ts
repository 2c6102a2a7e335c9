// What the house watches over a connection beside its streams: bets as they are taken, for admins; figures of the
// cluster, for operators. Nothing of it is resumed: it is the moment that counts.
import type { BetView } from "@quorumbook/betting-core";
import { ProblemError } from "../contract/problem-codes.ts";
import type { WatchMessage } from "../contract/socket-messages.ts";
import type { Role } from "../security/token-verifier.ts";
import { betsTakenText } from "./messages.ts";
import type { Outbox } from "./outbox.ts";
import type { PersonalStream } from "./personal-stream.ts";

/** Bets in one message: more than a person reads between two of them. */
const BETS_MAX = 20;
/** Bets in one message that ended meanwhile; of more, the newest are told. */
const ENDED_MAX = 40;

const MAY_WATCH = {
  bets: new Set<Role>(["admin"]),
  cluster: new Set<Role>(["operator", "admin"]),
} as const;

export class Watch {
  readonly #outbox: Outbox;
  readonly #personal: PersonalStream;
  #wanted: Omit<WatchMessage, "type"> = {};
  #taken: BetView[] = [];
  /** Bets since the last message that had no room in it. */
  #left = 0;
  /** What became of bets since the last message. */
  #ended: Pick<BetView, "id" | "status">[] = [];

  constructor(outbox: Outbox, personal: PersonalStream) {
    this.#outbox = outbox;
    this.#personal = personal;
  }

  /**
   * Watches this from now on, in place of what was watched before.
   *
   * @throws ProblemError `forbidden` where the token's role may not
   */
  begin({ bets, cluster }: WatchMessage): void {
    if (bets !== undefined && !this.#may("bets")) throw forbidden("bets");
    if (cluster === true && !this.#may("cluster")) throw forbidden("cluster");
    this.#wanted = {
      ...(bets === undefined ? {} : { bets }),
      ...(cluster === true ? { cluster } : {}),
    };
    this.#taken = [];
    this.#left = 0;
    this.#outbox.send(JSON.stringify({ type: "watching", ...this.#wanted }));
  }

  get wantsBets(): boolean {
    return this.#wanted.bets !== undefined;
  }

  get wantsCluster(): boolean {
    return this.#wanted.cluster === true;
  }

  /** A bet was taken: kept for the next message, if it is one that is watched for. */
  take(bet: BetView): void {
    if (!this.#isWatched(bet)) return;
    this.#taken.push(bet);
    if (this.#taken.length <= BETS_MAX) return;
    this.#taken.shift();
    this.#left += 1;
  }

  /** A bet ended by itself, voided or sold: kept for the next message, if it is one that is watched for. */
  end(bet: BetView): void {
    if (!this.#isWatched(bet)) return;
    this.#ended.push({ id: bet.id, status: bet.status });
    if (this.#ended.length > ENDED_MAX) this.#ended.shift();
  }

  /**
   * Tells of the bets since the last time. A token that has ended tells nothing, until there is a new one: bets that
   * were taken meanwhile are missed, what became of those that were told is not.
   */
  tellBets(index: number): void {
    const [taken, left] = [this.#taken, this.#left];
    this.#taken = [];
    this.#left = 0;
    if ((taken.length === 0 && this.#ended.length === 0) || !this.#may("bets")) return;
    this.#outbox.send(betsTakenText(index, taken, left, this.#ended));
    this.#ended = [];
  }

  tellCluster(text: string): void {
    if (this.#may("cluster")) this.#outbox.send(text);
  }

  #isWatched(bet: BetView): boolean {
    const { bets } = this.#wanted;
    if (bets === undefined || bet.stake < (bets.minStake ?? 0)) return false;
    return bets.userId === undefined || bets.userId === bet.userId;
  }

  #may(what: keyof typeof MAY_WATCH): boolean {
    const { identity } = this.#personal;
    return identity !== undefined && MAY_WATCH[what].has(identity.role);
  }
}

function forbidden(what: string): ProblemError {
  return new ProblemError({ code: "forbidden", detail: `This connection may not watch ${what}.` });
}
