import type { CoreEvent, Input, MembershipOutcome } from "../core/effects.ts";
import type { Entry, LogPosition } from "../core/entry.ts";
import { RaftError, type RaftErrorCode } from "../errors.ts";
import type {
  Administer,
  AdministerReply,
  AdministrationOutcome,
  AdministrationRequest,
} from "../transport/administration-messages.ts";
import { logIndex, type LogIndex, type NodeId, type Term, type UnixMillis } from "../units.ts";
import { Deadlines } from "./deadlines.ts";

/** What it sees of its node, and does through it. */
export interface AdministrationHost {
  readonly nodeId: NodeId;
  /** This process, among all that ever were. */
  readonly session: number;
  leader(): NodeId | null;
  leads(): boolean;
  wallNow(): UnixMillis;
  step(input: Input): void;
  /** False if there is no connection to `to`: nothing was sent. */
  send(to: NodeId, message: Administer | AdministerReply): boolean;
}

/** A wish of this process. */
interface Question {
  readonly wish: AdministrationRequest;
  readonly ticket: number;
  /** Somebody has it and may act on it. */
  sent: boolean;
  /** Whoever was asked did not lead. */
  misdirected: boolean;
  readonly resolve: (index: LogIndex) => void;
  readonly reject: (error: RaftError) => void;
}

type Answer = (outcome: AdministrationOutcome, index?: LogIndex) => void;

/** What each outcome is to the caller. */
const ERRORS: Readonly<Record<Exclude<AdministrationOutcome, "done">, readonly [RaftErrorCode, string]>> = {
  "not-leader": ["RAFT_NOT_LEADER", "whoever was asked does not lead"],
  "in-progress": [
    "RAFT_CONFIG_IN_PROGRESS",
    "another change is under way, or the leader has committed nothing in its term yet",
  ],
  invalid: ["RAFT_MEMBERSHIP_INVALID", "the present members do not allow this change"],
  "not-caught-up": ["RAFT_NOT_CAUGHT_UP", "the learner does not have enough of the log yet"],
  transferring: ["RAFT_TRANSFERRING", "leadership is being handed over"],
  "transfer-failed": ["RAFT_TRANSFER_FAILED", "the member asked to lead did not take over"],
  superseded: ["RAFT_NOT_LEADER", "the leader was replaced before the change was committed: it was dropped"],
  unsupported: [
    "RAFT_VERSION_UNSUPPORTED",
    "a member has not told the leader that its program knows this version of the machine",
  ],
  unknown: ["RAFT_OUTCOME_UNKNOWN", "whether the change took effect is not known"],
};

/**
 * An operator's wishes, on their way from any node to the leader and to their end there: a membership change ends when
 * its entry, or another in its place, is committed; a transfer when somebody leads.
 */
export class Administration {
  readonly #host: AdministrationHost;
  readonly #questions = new Map<number, Question>();
  readonly #deadlines = new Deadlines<number>();
  #nextRequest = 1;
  // As the leader.
  readonly #proposed = new Map<number, Answer>();
  #appended: { readonly index: LogIndex; readonly term: Term; readonly answer: Answer }[] = [];
  #transfer: { readonly to: NodeId | undefined; readonly answer: Answer; handedOver: boolean } | undefined;
  #nextChange = 1;

  constructor(host: AdministrationHost) {
    this.#host = host;
  }

  /** Resolves with the index of the committed configuration, or 0 for a transfer. */
  ask(wish: AdministrationRequest, deadlineMs: number): Promise<LogIndex> {
    const asked = new Promise<LogIndex>((resolve, reject) => {
      const request = this.#nextRequest++;
      const ticket = this.#deadlines.add(request, deadlineMs);
      this.#questions.set(request, { wish, ticket, sent: false, misdirected: false, resolve, reject });
    });
    this.pump();
    return asked;
  }

  /** Passes on what has not reached a leader yet. */
  pump(): void {
    const leader = this.#host.leader();
    if (leader === null) return;
    for (const [request, question] of this.#questions) {
      if (question.sent) continue;
      question.sent = true;
      if (leader === this.#host.nodeId) {
        this.#lead(question.wish, (outcome, index) => this.#settle(request, outcome, index));
      } else {
        const { session } = this.#host;
        question.sent = this.#host.send(leader, {
          type: "Administer",
          session,
          request,
          wish: question.wish,
        });
      }
    }
  }

  onRequest(from: NodeId, { session, request, wish }: Administer): void {
    this.#lead(wish, (outcome, index = logIndex(0)) => {
      this.#host.send(from, { type: "AdministerReply", session, request, outcome, index });
    });
  }

  onReply({ session, request, outcome, index }: AdministerReply): void {
    if (session === this.#host.session) this.#settle(request, outcome, index);
  }

  /** What the core said of changes. */
  outcomes(outcomes: readonly MembershipOutcome[]): void {
    for (const outcome of outcomes) {
      const answer = this.#proposed.get(outcome.id);
      this.#proposed.delete(outcome.id);
      if (answer === undefined) continue;
      if (outcome.outcome === "refused") answer(outcome.reason);
      else this.#appended.push({ index: outcome.index, term: outcome.term, answer });
    }
  }

  /** An entry was applied here, and so is committed. */
  applied({ index, term }: Entry): void {
    if (this.#appended.length === 0) return;
    this.#end(
      (change) => change.index === index,
      (change) => (change.term === term ? "done" : "superseded"),
    );
  }

  /** A snapshot came in place of the entries up to it. */
  restored({ index }: LogPosition): void {
    this.#end(
      (change) => change.index <= index,
      () => "unknown",
    );
  }

  onCoreEvent(event: CoreEvent): void {
    const transfer = this.#transfer;
    if (transfer === undefined) return;
    if (event.type === "TransferEnded") {
      if (event.reason === "done") transfer.handedOver = true;
      else this.#endTransfer(event.reason === "impossible" ? "invalid" : "transfer-failed");
    } else if (event.type === "LeaderChanged" && transfer.handedOver && event.leader !== null) {
      const wanted = transfer.to ?? event.leader;
      const failed = event.leader !== wanted || event.leader === this.#host.nodeId;
      this.#endTransfer(failed ? "transfer-failed" : "done");
    }
  }

  /** Rejects whoever has waited too long. */
  expire(nowMs: number, leaderKnown: boolean): void {
    for (const request of this.#deadlines.expire(nowMs)) {
      const question = this.#questions.get(request);
      this.#questions.delete(request);
      question?.reject(late(question, leaderKnown));
    }
  }

  /** Rejects everybody: the node stops. */
  stop(): void {
    for (const [request, question] of this.#questions) {
      this.#deadlines.remove(request, question.ticket);
      const stopped = new RaftError("RAFT_SHUTDOWN", "the node stopped before the leader was asked");
      question.reject(question.sent ? late(question, true) : stopped);
    }
    this.#questions.clear();
  }

  #lead(wish: AdministrationRequest, answer: Answer): void {
    if (!this.#host.leads()) return answer("not-leader");
    if (wish.type === "transfer") return this.#hand(wish.to, answer);
    const id = this.#nextChange++;
    this.#proposed.set(id, answer);
    const now = this.#host.wallNow();
    if (wish.type === "raise-version")
      return this.#host.step({ type: "raiseVersion", id, version: wish.version, now });
    return this.#host.step({ type: "changeMembership", id, change: wish, now });
  }

  #hand(to: NodeId | undefined, answer: Answer): void {
    if (to === this.#host.nodeId) return answer("done");
    if (this.#transfer !== undefined) return answer("transferring");
    this.#transfer = { to, answer, handedOver: false };
    return this.#host.step(to === undefined ? { type: "transfer" } : { type: "transfer", to });
  }

  #endTransfer(outcome: AdministrationOutcome): void {
    const transfer = this.#transfer;
    this.#transfer = undefined;
    transfer?.answer(outcome);
  }

  #end(
    ended: (change: { index: LogIndex; term: Term }) => boolean,
    how: (change: { index: LogIndex; term: Term }) => AdministrationOutcome,
  ): void {
    const over = this.#appended.filter(ended);
    if (over.length === 0) return;
    this.#appended = this.#appended.filter((change) => !ended(change));
    for (const change of over) change.answer(how(change), change.index);
  }

  #settle(request: number, outcome: AdministrationOutcome, index = logIndex(0)): void {
    const question = this.#questions.get(request);
    if (question === undefined) return;
    if (outcome === "not-leader") {
      // Nobody has acted on it: it goes to whoever leads next, if there is time.
      question.sent = false;
      question.misdirected = true;
      return;
    }
    this.#questions.delete(request);
    this.#deadlines.remove(request, question.ticket);
    if (outcome === "done") question.resolve(index);
    else question.reject(errorOf(outcome));
  }
}

function errorOf(outcome: Exclude<AdministrationOutcome, "done">): RaftError {
  const [code, message] = ERRORS[outcome];
  return new RaftError(code, message);
}

function late({ sent, misdirected }: Question, leaderKnown: boolean): RaftError {
  if (sent) return errorOf("unknown");
  if (misdirected) return errorOf("not-leader");
  if (!leaderKnown) return new RaftError("RAFT_NO_LEADER", "no leader was known before the deadline");
  return new RaftError("RAFT_TIMEOUT", "the leader could not be reached before the deadline");
}
