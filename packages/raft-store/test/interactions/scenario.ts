// Plays a script against the pure core and writes its transcript. The language is in README.md beside this file.
import type { Effects, Input, MembershipChange } from "../../src/core/effects.ts";
import type { Mutant } from "../../src/core/mutants.ts";
import { RaftInvariantError } from "../../src/errors.ts";
import { nodeId, term, unixMillis } from "../../src/units.ts";
import {
  CoreGroup,
  type Disk,
  ELECTION_TICKS,
  entriesOf,
  type GroupOptions,
  type Mail,
} from "../core/core-group.ts";
import * as describe from "./describe.ts";

/** A script that cannot be read: the fault is in it, not in the core. */
class ScriptError extends Error {
  override readonly name = "ScriptError";
}

/** What `play` makes of the same script again is the same text, unless the core behaves differently. */
export function play(script: string, mutants: ReadonlySet<Mutant> = new Set()): string {
  const scene = new Scene(mutants);
  const lines: string[] = [];
  for (const line of script.split("\n")) {
    if (line === "" || line.startsWith("#")) lines.push(line);
    if (!line.startsWith("> ")) continue;
    lines.push(line, ...scene.perform(line.slice(2).trim()).map((said) => `    ${said}`));
  }
  return `${lines.join("\n").trimEnd()}\n`;
}

/** The bugs that a script says it shows: `# Kills: name, name`. */
export function killsOf(script: string): Mutant[] {
  const named = /^# Kills: (.+)$/m.exec(script)?.[1] ?? "";
  return named.split(", ").filter((name) => name !== "") as Mutant[];
}

/** A group whose every step is told. */
class ToldGroup extends CoreGroup {
  quiet = false;
  told: string[] = [];

  override step(id: string, input: Input): Effects {
    const node = this.node(id);
    const sentBefore = this.mail.length;
    try {
      const effects = super.step(id, input);
      if (!this.quiet) {
        for (const { to, message } of this.mail.slice(sentBefore))
          this.told.push(`${id} → ${to}  ${describe.message(message)}`);
      }
      this.told.push(...describe.outcomes(id, effects));
      return effects;
    } catch (error) {
      if (!(error instanceof RaftInvariantError)) throw error;
      node.alive = false;
      this.told.push(`${id}: STOPS, as it finds broken: ${error.message.split("\n")[0]}`);
      return {
        send: [],
        committed: [],
        proposals: [],
        reads: [],
        membership: [],
        snapshotsNeeded: [],
        events: [],
      };
    }
  }
}

class Scene {
  readonly #mutants: ReadonlySet<Mutant>;
  readonly #disks = new Map<string, Partial<Disk>>();
  readonly #cut = new Set<string>();
  #kept: Mail[] = [];
  #group: ToldGroup | undefined;
  #seq = 1;
  #asked = 1;

  constructor(mutants: ReadonlySet<Mutant>) {
    this.#mutants = mutants;
  }

  /** Performs one command and returns what followed: messages, outcomes, and the state of each node that changed. */
  perform(command: string): string[] {
    const [verb = "", ...words] = command.split(" ");
    if (verb === "disk") return this.#disk(words);
    if (verb === "nodes") return this.#start(words);
    const group = this.#group;
    if (group === undefined) throw new ScriptError("a scene begins with nodes");
    const before = states(group);
    group.told = [];
    group.quiet = ["settle", "elect", "run"].includes(verb) || (verb === "tick" && words.length > 1);
    this.#act(group, verb, words);
    const after = states(group);
    const shown = verb === "show" ? [...after.values()] : [];
    const changed = [...after].filter(([id, state]) => before.get(id) !== state).map(([, state]) => state);
    return [...group.told, ...changed, ...shown];
  }

  #disk([id = "", ...words]: readonly string[]): string[] {
    const numbers = (name: string): number[] => {
      const from = words.indexOf(name) + 1;
      if (from === 0) return [];
      const to = words.findIndex((word, i) => i >= from && !/^\d/.test(word));
      return words.slice(from, to === -1 ? undefined : to).flatMap(repeated);
    };
    const log = numbers("log");
    const voted = words[words.indexOf("voted") + 1];
    const votedFor = words.includes("voted") && voted !== undefined ? nodeId(voted) : null;
    const currentTerm = term(numbers("term")[0] ?? log.at(-1) ?? 0);
    this.#disks.set(id, { entries: entriesOf(log), hardState: { currentTerm, votedFor } });
    return [];
  }

  #start(words: readonly string[]): string[] {
    const kinds: Record<string, string[]> = { ids: [], learners: [], joining: [] };
    let kind = "ids";
    const options: { preVote?: boolean; checkQuorum?: boolean; appendBytesMax?: number } = {};
    for (const word of words) {
      if (word in kinds) kind = word;
      else if (word === "no-prevote") options.preVote = false;
      else if (word === "no-checkquorum") options.checkQuorum = false;
      else if (word === "one-entry-messages") options.appendBytesMax = 1;
      else kinds[kind]?.push(word);
    }
    const group = new ToldGroup({ ...kinds, ...options, mutants: this.#mutants } satisfies GroupOptions);
    this.#group = group;
    group.loses = ({ from, to }) => this.#cut.has(`${from} ${to}`);
    for (const [id, disk] of this.#disks) {
      Object.assign(group.node(id).disk, disk);
      group.restart(id);
    }
    return [...states(group)].flatMap(([id, state]) => (this.#disks.has(id) ? [state] : []));
  }

  #act(group: ToldGroup, verb: string, words: readonly string[]): void {
    const [first = "", second = "", third = ""] = words;
    switch (verb) {
      case "tick":
        return group.tick(first, Number(second || 1));
      case "time-out":
        return this.#timeOut(group, first);
      case "elect":
        return second === "until-leader" ? this.#electBarely(group, first) : group.elect(first);
      case "run":
        return group.run(Number(first));
      case "settle":
        return group.settle();
      case "sync":
        for (const id of words.length === 0 ? group.nodes.keys() : words)
          if (group.node(id).alive) group.persist(id);
        return undefined;
      case "sync-first":
        return group.persistFirst(first);
      case "deliver":
        return void group.deliver(matching(words));
      case "drop":
        group.mail = group.mail.filter((mail) => !matching(words)(mail));
        return undefined;
      case "keep":
        this.#kept.push(...group.mail.filter(matching(words)));
        group.mail = group.mail.filter((mail) => !matching(words)(mail));
        return undefined;
      case "release": {
        const kept = this.#kept;
        this.#kept = [];
        for (const mail of kept) group.receive(mail.to, mail.from, mail.message);
        return undefined;
      }
      case "again":
        for (const mail of group.mail.filter(matching(words)))
          group.receive(mail.to, mail.from, mail.message);
        return undefined;
      case "cut":
      case "mute":
        this.#cut.add(`${first} ${second}`);
        if (verb === "cut") this.#cut.add(`${second} ${first}`);
        group.mail = group.mail.filter((mail) => !group.loses(mail));
        return undefined;
      case "isolate":
        for (const id of words)
          for (const other of group.nodes.keys())
            if (!words.includes(other)) this.#act(group, "cut", [id, other]);
        return undefined;
      case "heal":
        return this.#cut.clear();
      case "crash":
        return group.crash(first);
      case "restart":
        group.restart(first);
        return undefined;
      case "lose":
        group.crash(first);
        group.node(first).disk.entries.splice(-Number(second));
        group.restart(first);
        return undefined;
      case "stall":
        group.stalled.add(first);
        return undefined;
      case "disconnect":
        return void group.step(first, { type: "unreachable", nodeId: nodeId(second) });
      case "gone":
        return void group.step(first, { type: "gone", nodeId: nodeId(second) });
      case "propose":
        return void group.propose(first, this.#seq++, second);
      case "read":
        return void group.step(first, { type: "readIndex", id: this.#asked++ });
      case "change":
        return void group.step(first, {
          type: "changeMembership",
          id: this.#asked++,
          change: changeOf(second, third),
          now: unixMillis(0),
        });
      case "transfer":
        return void group.step(first, { type: "transfer", ...(second !== "" && { to: nodeId(second) }) });
      case "snapshot":
        return group.snapshot(first, Number(second), Number(third || second));
      case "stream":
        return this.#stream(group, first, second);
      case "show":
        return undefined;
      default:
        throw new ScriptError(`there is no command ${verb}`);
    }
  }

  /** Time passes for one node until it asks for votes. */
  #timeOut(group: ToldGroup, id: string): void {
    for (let i = 0; i < 2 * ELECTION_TICKS; i++) {
      const { role, currentTerm } = group.core(id).view();
      group.tick(id);
      const now = group.core(id).view();
      if (now.role !== role || now.currentTerm !== currentTerm || group.told.length > 0) return;
    }
  }

  /** Until it leads, its first entry on its way. */
  #electBarely(group: ToldGroup, id: string): void {
    this.#timeOut(group, id);
    for (let i = 0; i < 6 && group.core(id).status().role !== "leader"; i++) {
      for (const one of group.nodes.keys()) if (group.node(one).alive) group.persist(one);
      group.deliver(({ message }) => message.type !== "AppendEntries");
    }
  }

  /** The latest snapshot of one node arrives whole at another. */
  #stream(group: ToldGroup, from: string, to: string): void {
    const { snapshot } = group.node(from).disk;
    if (snapshot === undefined) throw new ScriptError(`${from} has no snapshot`);
    const { term: leaderTerm } = group.core(from).status();
    group.step(to, { type: "snapshotReceived", from: nodeId(from), term: leaderTerm, snapshot });
    group.step(from, { type: "snapshotSent", to: nodeId(to), index: snapshot.index, ok: true });
  }
}

function states(group: ToldGroup): Map<string, string> {
  return new Map([...group.nodes].map(([id, node]) => [id, describe.state(id, node)]));
}

/** `a b Type`: from, to and type of message; `*` or nothing: any. */
function matching([from = "*", to = "*", type = "*"]: readonly string[]): (mail: Mail) => boolean {
  const fits = (pattern: string, value: string): boolean => pattern === "*" || pattern === value;
  return (mail) => fits(from, mail.from) && fits(to, mail.to) && fits(type, mail.message.type);
}

/** `3x1000` is a thousand threes. */
function repeated(word: string): number[] {
  const [value, count = "1"] = word.split("x");
  return Array<number>(Number(count)).fill(Number(value));
}

function changeOf(verb: string, id: string): MembershipChange {
  switch (verb) {
    case "add":
      return { type: "add-learner", nodeId: nodeId(id), address: `${id}:1` };
    case "promote":
    case "demote":
    case "remove":
      return { type: verb, nodeId: nodeId(id) };
    default:
      throw new ScriptError(`there is no change ${verb}`);
  }
}
