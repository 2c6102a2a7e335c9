// How a transcript says what cores do: one short line a fact.
import type { Configuration } from "../../src/core/configuration.ts";
import type { CoreEvent, Effects } from "../../src/core/effects.ts";
import type { Entry } from "../../src/core/entry.ts";
import type { Message } from "../../src/core/messages.ts";
import type { TestNode } from "../core/core-group.ts";

export function message(of: Message): string {
  const head = `${of.type} in term ${of.term}`;
  switch (of.type) {
    case "PreVote":
    case "RequestVote": {
      const transfer = of.type === "RequestVote" && of.transfer ? ", asked to by the leader" : "";
      return `${head}, last ${of.lastLogIndex}@${of.lastLogTerm}${transfer}`;
    }
    case "PreVoteReply":
    case "RequestVoteReply":
      return `${head}: ${of.granted ? "granted" : "refused"}`;
    case "AppendEntries": {
      const round = of.round === 0 ? "" : `, round ${of.round}`;
      const entries = of.entries.length === 0 ? "nothing" : entryList(of.entries);
      return `${head}: ${entries} after ${of.prevLogIndex}@${of.prevLogTerm}, committed ${of.leaderCommit}${round}`;
    }
    case "AppendEntriesReply": {
      const round = of.round === 0 ? "" : `, round ${of.round}`;
      return of.success
        ? `${head}: matches up to ${of.matchIndex}${round}`
        : `${head}: refused after ${of.rejectedIndex}, may agree at ${of.hintIndex}@${of.hintTerm}${round}`;
    }
    case "Forward":
      return `${head}: ${of.proposals.map(({ data }) => text(data)).join(" ")}`;
    case "ForwardRejected":
      return `${head}: ${of.reason}`;
    case "ReadIndex":
      return `${head}: request ${of.request}`;
    case "ReadIndexReply":
      return `${head}: request ${of.request} at ${of.index}`;
    case "TimeoutNow":
      return head;
    default:
      return of satisfies never;
  }
}

/** Where a node is: what Figure 2 calls its state. */
export function state(id: string, node: TestNode): string {
  if (!node.alive) return `${id}: down`;
  const { role, leader, currentTerm, votedFor, commitIndex, durableIndex, lastIndex } = node.core.view();
  const who = role === "follower" && leader !== null ? `follower of ${leader}` : role;
  const vote = votedFor === null ? "" : `, voted ${votedFor}`;
  const unsynced = durableIndex < lastIndex ? `, durable ${durableIndex}` : "";
  const writing = node.writes.length > 0 ? ", writing" : "";
  return `${id}: ${who}, term ${currentTerm}${vote}; log ${log(node)}, committed ${commitIndex}${unsynced}${writing}`;
}

/** The terms of the log, as in Figure 7; long stretches counted, what is compacted named. */
function log({ core }: TestNode): string {
  const { base, lastIndex } = core.log;
  const runs: { term: number; count: number }[] = [];
  for (let i = base.index + 1; i <= lastIndex; i++) {
    const term = core.log.termAt(i as Entry["index"]) ?? -1;
    const run = runs.at(-1);
    if (run?.term === term) run.count += 1;
    else runs.push({ term, count: 1 });
  }
  const shown = runs.map(({ term, count }) =>
    count > 6 ? `${term}×${count}` : Array<number>(count).fill(term).join(" "),
  );
  return `[${[...(base.index > 0 ? [`…${base.index}@${base.term}`] : []), ...shown].join(" ")}]`;
}

/** All but messages and state. */
export function* outcomes(id: string, effects: Effects): Generator<string> {
  for (const { outcome, index } of effects.reads.map((read) => ({ index: 0, ...read })))
    yield `${id}: read ${outcome === "ready" ? `at ${index}` : "refused"}`;
  for (const proposal of effects.proposals)
    if (proposal.outcome === "refused") yield `${id}: refused, ${proposal.reason}`;
  for (const change of effects.membership)
    if (change.outcome === "refused") yield `${id}: change refused, ${change.reason}`;
  for (const needy of effects.snapshotsNeeded) yield `${id}: ${needy} needs a snapshot`;
  if (effects.restore !== undefined) yield `${id}: takes over the snapshot at ${effects.restore.index}`;
  for (const event of effects.events) yield* told(id, event);
  const commands = effects.committed.filter(({ type }) => type === "command");
  if (commands.length > 0) yield `${id}: applies ${commandList(commands)}`;
}

function* told(id: string, event: CoreEvent): Generator<string> {
  switch (event.type) {
    case "ConfigurationChanged":
      yield `${id}: members are ${members(event.configuration)} as of ${event.index}`;
      break;
    case "SnapshotRefused":
      yield `${id}: snapshot at ${event.index} refused, ${event.reason}`;
      break;
    case "LogRegressed":
      yield `${id}: ${event.nodeId} LOST what it had acknowledged up to ${event.matchIndex}`;
      break;
    case "TransferEnded":
      yield `${id}: transfer to ${event.to} ${event.reason}`;
      break;
    case "RoleChanged":
    case "LeaderChanged":
      // The state that follows says so.
      break;
    default:
      event satisfies never;
  }
}

function members(of: Configuration): string {
  return of.members.map(({ nodeId, voter }) => (voter ? nodeId : `${nodeId} (learner)`)).join(" ");
}

function entryList(entries: readonly Entry[]): string {
  const shown = entries.length > 4 ? [...entries.slice(0, 1), ...entries.slice(-1)] : entries;
  const texts = shown.map(
    (entry) => `${entry.index}@${entry.term}${entry.type === "command" ? "" : ` ${entry.type}`}`,
  );
  return texts.join(shown === entries ? ", " : " … ");
}

function commandList(commands: readonly Entry[]): string {
  const shown = commands.length > 4 ? [...commands.slice(0, 1), ...commands.slice(-1)] : commands;
  return shown.map(({ index, data }) => `${index} ${text(data)}`).join(shown === commands ? ", " : " … ");
}

function text(data: Uint8Array): string {
  return new TextDecoder().decode(data);
}
