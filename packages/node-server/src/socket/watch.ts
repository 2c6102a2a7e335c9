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
/** Told bets of which the end is told too: more than anybody has before their eyes. */
const REMEMBERED_MAX = 40;

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
  /** The bets that were told last, the oldest first. */
  #told: readonly BetView["id"][] = [];
  /** What became of bets that were told, since the last message. */
  #ended = new Map<BetView["id"], BetView["status"]>();

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
    this.#told = [];
    this.#ended.clear();
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
    const { bets } = this.#wanted;
    if (bets === undefined || bet.stake < (bets.minStake ?? 0)) return;
    if (bets.userId !== undefined && bets.userId !== bet.userId) return;
    this.#taken.push(bet);
    if (this.#taken.length <= BETS_MAX) return;
    this.#taken.shift();
    this.#left += 1;
  }

  /** A bet ended by itself, voided or sold: kept for the next message, where it is one that was told of. */
  end({ id, status }: BetView): void {
    if (this.#wanted.bets !== undefined) this.#ended.set(id, status);
  }

  /** Tells of the bets since the last time. A token that has ended tells nothing, until there is a new one. */
  tellBets(index: number): void {
    const [taken, left] = [this.#taken, this.#left];
    const told = [...this.#told, ...taken.map(({ id }) => id)].slice(-REMEMBERED_MAX);
    const ended = told.flatMap((id) => {
      const status = this.#ended.get(id);
      return status === undefined ? [] : [{ id, status }];
    });
    this.#taken = [];
    this.#left = 0;
    this.#ended.clear();
    if ((taken.length === 0 && ended.length === 0) || !this.#may("bets")) return;
    this.#told = told;
    this.#outbox.send(betsTakenText(index, taken, left, ended));
  }

  tellCluster(text: string): void {
    if (this.#may("cluster")) this.#outbox.send(text);
  }

  #may(what: keyof typeof MAY_WATCH): boolean {
    const { identity } = this.#personal;
    return identity !== undefined && MAY_WATCH[what].has(identity.role);
  }
}

function forbidden(what: string): ProblemError {
  return new ProblemError({ code: "forbidden", detail: `This connection may not watch ${what}.` });
}
