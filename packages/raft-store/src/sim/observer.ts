// Looks at every step of every core and holds the cluster as a whole against Raft's promises.
import type { Effects, Input, PersistOp } from "../core/effects.ts";
import type { Entry } from "../core/entry.ts";
import type { RaftCore } from "../core/raft-core.ts";
import { logIndex } from "../units.ts";
import { AgreementViolation, ClusterLog } from "./cluster-log.ts";
import type { Trace } from "./trace.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** Messages that speak of the sender's own term, which must be on its disk by then (§5.1). */
const TERM_SPOKEN = new Set(["RequestVote", "RequestVoteReply", "AppendEntries", "AppendEntriesReply"]);

/** What is known of one machine, over all its processes. */
interface Watched {
  /** The same, of the disk it had before it was wiped. */
  readonly before?: Watched;
  /** Terms by index, as last seen in memory; to look only at what is new. */
  seen: number[];
  /** Where its log begins: what was seen before that may be of a log that a snapshot has replaced. */
  base: number;
  /** Terms by index that storage has vouched for; with `snapshot` covering what is before. */
  durable: number[];
  durableSnapshot: number;
  /** Issued and not completed. */
  pending: PersistOp[];
  /** Term and vote that storage has vouched for. */
  term: number;
  votedFor: string | null;
  /** The highest term that it has spoken in. */
  spokenTerm: number;
  /** The first index of the last completed write, and the term before it. */
  lastWrite: { readonly from: number; readonly term: number };
  checkedCommit: number;
  /** The term that it leads; 0 if it does not lead. */
  ledTerm: number;
}

export class Observer {
  readonly #log = new ClusterLog();
  readonly #watched = new Map<string, Watched>();
  readonly #applied: Entry[] = [];
  readonly #payloads = new Map<string, number>();
  readonly #time: VirtualTime;
  readonly #trace: Trace;
  #violation: Error | undefined;

  constructor(time: VirtualTime, trace: Trace) {
    this.#time = time;
    this.#trace = trace;
  }

  /** The first broken promise. */
  get violation(): Error | undefined {
    return this.#violation;
  }

  /** The index at which the bytes of a `submit` call were committed, if they were. */
  committedAt(payload: string): number | undefined {
    return this.#payloads.get(payload);
  }

  /** The commands that took effect, in order. */
  get commands(): readonly Entry[] {
    return this.#applied;
  }

  violated(error: Error): void {
    this.#violation ??= error;
  }

  /** The machine has another disk. What the old one held was acknowledged, and a late word of that still counts. */
  wiped(node: string): void {
    const before = this.#watched.get(node);
    this.#watched.set(node, { ...newWatched(), ...(before !== undefined && { before }) });
    this.#log.forget(node);
  }

  /** A machine has applied up to `index`, and all that led there is `state`: everywhere the same. */
  reached(node: string, index: number, state: number): void {
    this.#guard(() => this.#log.reached(node, index, state));
  }

  /**
   * A process has started and recovered: what storage had vouched for must be there.
   *
   * @param rotten a bit of its disk was flipped. The last write of a log that is damaged cannot be told from one that a
   *   crash cut short; nothing else may be missing.
   * @returns false if that last write is
   */
  recovered(node: string, core: RaftCore, rotten: boolean): boolean {
    const watched = this.#watched.get(node) ?? newWatched();
    this.#watched.set(node, watched);
    try {
      checkRecovered(node, watched, core);
    } catch (error) {
      if (rotten && onlyLastWriteMissing(watched, core)) return false;
      this.violated(error as Error);
    }
    watched.pending = [];
    watched.seen = [];
    watched.checkedCommit = core.view().snapshotIndex;
    watched.ledTerm = 0;
    watched.durable.length = Math.min(watched.durable.length, core.log.lastIndex + 1);
    for (let index = core.log.lastIndex; index > core.log.base.index; index--) {
      watched.durable[index] = core.log.termAt(logIndex(index)) ?? 0;
    }
    watched.durableSnapshot = Math.max(watched.durableSnapshot, core.view().snapshotIndex);
    this.#guard(() => this.#compareLog(node, watched, core));
    return true;
  }

  /** A core has taken `input` and asks for `effects`. */
  stepped(node: string, core: RaftCore, input: Input, effects: Effects): void {
    const watched = this.#watched.get(node);
    if (watched === undefined || this.#violation !== undefined) return;
    const view = core.view();
    this.#trace.note(
      this.#time.now,
      node,
      input.type === "message" ? input.message.type : input.type,
      input.type === "message" ? input.from : "",
      view.role,
      "term",
      view.currentTerm,
      "commit",
      view.commitIndex,
      "durable",
      view.durableIndex,
      "last",
      view.lastIndex,
    );
    this.#guard(() => {
      this.#checkSaid(node, watched, core, effects);
      this.#checkInstall(node, watched, effects);
      this.#compareLog(node, watched, core);
      this.#checkMembership(node, watched, core, effects);
      this.#followStorage(node, watched, core, input, effects);
      this.#checkCommit(node, watched, core);
      if (view.role !== "leader") watched.ledTerm = 0;
      else if (watched.ledTerm !== view.currentTerm) {
        watched.ledTerm = view.currentTerm;
        this.#log.leads(node, view.currentTerm);
        this.#log.elected(node, view.currentTerm, votersOf(core));
        this.#log.leaderHolds(node, view.currentTerm, core.log.base.index + 1, (index) =>
          core.log.termAt(logIndex(index)),
        );
      }
    });
  }

  #guard(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.violated(error as Error);
    }
  }

  /** A vote counts once it is said: one for each term, over all crashes (§5.2). So does an acknowledgement (§5.3). */
  #checkSaid(node: string, watched: Watched, core: RaftCore, effects: Effects): void {
    for (const { to, message } of effects.send) {
      if (message.type === "RequestVote") this.#log.hardState(node, message.term, node);
      if (message.type === "RequestVoteReply" && message.granted) this.#log.hardState(node, message.term, to);
      if (!TERM_SPOKEN.has(message.type)) continue;
      watched.spokenTerm = Math.max(watched.spokenTerm, message.term);
      if (message.type === "AppendEntriesReply" && message.success) {
        this.#checkAcknowledged(node, to, core, message.term, message.matchIndex);
      }
    }
  }

  /** What is acknowledged to a leader is what that leader holds there, for as long as it leads and so keeps its log. */
  #checkAcknowledged(node: string, to: string, core: RaftCore, term: number, matchIndex: number): void {
    const leader = this.#watched.get(to);
    if (leader === undefined || leader.ledTerm !== term || matchIndex < leader.base) return;
    const theirs = leader.seen[matchIndex];
    const ours = core.log.termAt(logIndex(matchIndex));
    if (theirs === undefined || ours === undefined || theirs === ours) return;
    throw new AgreementViolation(
      `${node} acknowledges entry ${matchIndex} to ${to}, leader of term ${term}, which holds one of term ${theirs} ` +
        `there; ${node} has one of term ${ours} (§5.3)`,
    );
  }

  /** A snapshot takes the place of a log that contradicts it or ends before it, not of one that agrees (Figure 13). */
  #checkInstall(node: string, watched: Watched, { persist }: Effects): void {
    if (persist?.snapshot === undefined) return;
    const { index, term } = persist.snapshot;
    if (watched.seen[index] !== term) return;
    throw new AgreementViolation(
      `${node} drops its log for a snapshot at ${index} that agrees with it (Figure 13)`,
    );
  }

  /** A leader changes one thing at a time, and nothing before it has committed in its own term (thesis §4.1). */
  #checkMembership(node: string, watched: Watched, core: RaftCore, { persist }: Effects): void {
    if (persist === undefined) return;
    const { role, lastIndex, commitIndex, currentTerm } = core.view();
    if (persist.truncateFrom !== undefined) checkConfigurationInLog(node, core);
    if (role !== "leader" || watched.ledTerm !== currentTerm) return;
    const changes = persist.entries.filter((entry) => entry.type === "config");
    for (const { index } of changes) {
      const before = core.configurationAt(logIndex(Math.min(index - 1, lastIndex))).index;
      const own = core.log.termAt(commitIndex) === currentTerm || commitIndex === core.log.base.index;
      if (before <= commitIndex && own) continue;
      throw new AgreementViolation(
        `${node} changes the members at ${index}, having committed ${commitIndex}; the change before is at ${before}` +
          (own ? "" : ", and nothing of its own term is committed (thesis §4.1, corrected 2015)"),
      );
    }
  }

  /** Log Matching, for what has changed since this node was last looked at. */
  #compareLog(node: string, watched: Watched, core: RaftCore): void {
    const { log } = core;
    watched.seen.length = Math.min(watched.seen.length, log.lastIndex + 1);
    watched.base = log.base.index;
    watched.seen[log.base.index] = log.base.term;
    for (let index = log.lastIndex; index > log.base.index; index--) {
      const entry = log.entryAt(logIndex(index)) as Entry;
      if (watched.seen[index] === entry.term) return;
      const prevTerm = log.termAt(logIndex(index - 1)) ?? 0;
      this.#log.held(node, index, entry.term, prevTerm, fingerprint(entry));
      watched.seen[index] = entry.term;
    }
  }

  /** Keeps book of what the disk holds, from the writes that were issued and completed. */
  #followStorage(node: string, watched: Watched, core: RaftCore, input: Input, effects: Effects): void {
    if (input.type === "persisted") {
      watched.lastWrite = { from: watched.durable.length, term: watched.term };
      while (watched.pending[0] !== undefined && watched.pending[0].opId <= input.opId) {
        perform(watched, watched.pending.shift() as PersistOp);
      }
    }
    if (input.type === "snapshotTaken") {
      watched.durableSnapshot = Math.max(watched.durableSnapshot, input.snapshot.index);
    }
    if (effects.persist !== undefined) watched.pending.push(effects.persist);
    const { durableIndex } = core.view();
    // Undefined while a snapshot is being installed over what was durable.
    const claimed = core.log.termAt(durableIndex);
    const known = claimed !== undefined && durableIndex > watched.durableSnapshot;
    if (known && watched.durable[durableIndex] !== claimed) {
      throw new AgreementViolation(
        `${node} takes entry ${durableIndex} of term ${claimed} for durable; ` +
          `the disk has term ${watched.durable[durableIndex] ?? "none"} there`,
      );
    }
  }

  /** What a node takes for committed is what every other does, and a majority has it on disk if it says so itself. */
  #checkCommit(node: string, watched: Watched, core: RaftCore): void {
    const { commitIndex, currentTerm, role } = core.view();
    for (let index = watched.checkedCommit + 1; index <= commitIndex; index++) {
      const entry = core.log.entryAt(logIndex(index));
      if (entry === undefined) continue;
      this.#log.applied(node, index, entry.term, fingerprint(entry), currentTerm);
      this.#checkOnce(entry);
      if (role === "leader") this.#checkOnMajority(node, core, entry);
    }
    const advanced = commitIndex > watched.checkedCommit;
    if (advanced && role === "leader" && core.log.termAt(commitIndex) !== currentTerm) {
      throw new AgreementViolation(
        `${node}, leader of term ${currentTerm}, committed up to entry ${commitIndex} of another term (§5.4.2)`,
      );
    }
    if (advanced && role === "leader") checkMayLead(node, core);
    watched.checkedCommit = Math.max(watched.checkedCommit, commitIndex);
  }

  /** The bytes of one `submit` call get into the log once, whatever is forwarded, repeated and proposed again. */
  #checkOnce(entry: Entry): void {
    if (entry.type !== "command") return;
    const payload = new TextDecoder().decode(entry.data);
    const earlier = this.#payloads.get(payload);
    if (earlier !== undefined && earlier !== entry.index) {
      throw new AgreementViolation(`one submit was committed twice, at ${earlier} and at ${entry.index}`);
    }
    if (earlier === undefined) this.#applied.push(entry);
    this.#payloads.set(payload, entry.index);
  }

  #checkOnMajority(node: string, core: RaftCore, { index, term }: Entry): void {
    // The latest in the log, whatever the node takes for it (§6).
    const { members } = core.configurationAt(core.view().lastIndex).configuration;
    const voters = members.filter((member) => member.voter);
    const holders = voters.filter(({ nodeId }) => {
      const watched = this.#watched.get(nodeId);
      return held(watched, index, term) || held(watched?.before, index, term);
    }).length;
    if (holders * 2 > voters.length) return;
    throw new AgreementViolation(
      `${node} committed entry ${index} of term ${term}, which is on ${holders} of ${voters.length} disks`,
    );
  }
}

/** Whether storage has vouched for an entry. */
function held(watched: Watched | undefined, index: number, term: number): boolean {
  return watched !== undefined && (watched.durableSnapshot >= index || watched.durable[index] === term);
}

function newWatched(): Watched {
  return {
    seen: [],
    base: 0,
    durable: [],
    durableSnapshot: 0,
    pending: [],
    term: 0,
    votedFor: null,
    spokenTerm: 0,
    lastWrite: { from: 0, term: 0 },
    checkedCommit: 0,
    ledTerm: 0,
  };
}

function perform(watched: Watched, op: PersistOp): void {
  const { hardState } = op;
  if (hardState !== undefined) {
    watched.term = hardState.currentTerm;
    watched.votedFor = hardState.votedFor;
  }
  const from = op.truncateFrom ?? op.entries[0]?.index ?? watched.durable.length;
  watched.lastWrite = { ...watched.lastWrite, from: Math.min(watched.lastWrite.from, from) };
  if (op.snapshot !== undefined) {
    watched.durableSnapshot = Math.max(watched.durableSnapshot, op.snapshot.index);
    watched.durable.length = 0;
  }
  if (op.truncateFrom !== undefined)
    watched.durable.length = Math.min(watched.durable.length, op.truncateFrom);
  for (const { index, term } of op.entries) watched.durable[index] = term;
}

/** From where on the disk may hold something else than it did, once this write has begun. */
function touchedFrom(op: PersistOp): number {
  if (op.snapshot !== undefined) return 0;
  return op.truncateFrom ?? op.entries[0]?.index ?? Number.MAX_SAFE_INTEGER;
}

/** The configuration in force is the latest of those in the log (§6). */
function checkConfigurationInLog(node: string, core: RaftCore): void {
  const inForce = core.status().members;
  const { configuration, index } = core.configurationAt(core.view().lastIndex);
  const same =
    inForce.length === configuration.members.length &&
    configuration.members.every((member, i) => {
      const other = inForce[i];
      return other?.nodeId === member.nodeId && other.voter === member.voter;
    });
  if (same) return;
  throw new AgreementViolation(
    `${node} goes by other members than those of entry ${index}, the latest in its log (§6)`,
  );
}

function votersOf(core: RaftCore): string[] {
  const { members } = core.configurationAt(core.view().lastIndex).configuration;
  return members.filter((member) => member.voter).map(({ nodeId }) => nodeId);
}

/** A leader whose removal is committed has stepped down (thesis §4.2.2). */
function checkMayLead(node: string, core: RaftCore): void {
  const { commitIndex, lastIndex } = core.view();
  const configurations = [commitIndex, lastIndex].map((index) => core.configurationAt(index).configuration);
  const mayLead = configurations.some(({ members }) => members.some((m) => m.voter && m.nodeId === node));
  if (!mayLead) throw new AgreementViolation(`${node} leads on, though it is no voter by what is committed`);
}

/** Nothing that a completed write held is missing, except what a later write, under way at the crash, took away. */
function checkRecovered(node: string, watched: Watched, core: RaftCore): void {
  const { log } = core;
  const { snapshotIndex, currentTerm, votedFor } = core.view();
  if (currentTerm < watched.spokenTerm) {
    throw new AgreementViolation(
      `${node} has spoken in term ${watched.spokenTerm}, and remembers term ${currentTerm} (§5.1)`,
    );
  }
  const voteLost = currentTerm === watched.term && watched.votedFor !== null && votedFor !== watched.votedFor;
  if (currentTerm < watched.term || voteLost) {
    throw new AgreementViolation(
      `${node} lost its term or vote: ${watched.term} for ${watched.votedFor ?? "nobody"} was durable, ` +
        `it has ${currentTerm} for ${votedFor ?? "nobody"} (§5.1)`,
    );
  }
  const unsure = Math.min(...watched.pending.map(touchedFrom), Number.MAX_SAFE_INTEGER);
  if (watched.durableSnapshot > snapshotIndex) {
    throw new AgreementViolation(
      `${node} lost its snapshot at ${watched.durableSnapshot}; it has ${snapshotIndex}`,
    );
  }
  for (let index = watched.durable.length - 1; index > snapshotIndex; index--) {
    if (index >= unsure || watched.durable[index] === undefined) continue;
    if (log.termAt(logIndex(index)) === watched.durable[index]) continue;
    throw new AgreementViolation(
      `${node} lost entry ${index} of term ${watched.durable[index]}, which was durable; ` +
        `it has term ${log.termAt(logIndex(index)) ?? "none"} there, and a snapshot at ${snapshotIndex}`,
    );
  }
}

/** What is missing was in the last write that completed, and in no other. */
function onlyLastWriteMissing(watched: Watched, core: RaftCore): boolean {
  const { log } = core;
  const { snapshotIndex, currentTerm } = core.view();
  if (snapshotIndex < watched.durableSnapshot || currentTerm < watched.lastWrite.term) return false;
  for (let index = watched.lastWrite.from - 1; index > snapshotIndex; index--) {
    if (log.termAt(logIndex(index)) !== watched.durable[index]) return false;
  }
  return true;
}

function fingerprint(entry: Entry): string {
  return `${entry.type} ${entry.session} ${entry.seq} ${entry.at} ${entry.data.length}`;
}
