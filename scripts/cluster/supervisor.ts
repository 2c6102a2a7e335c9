import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { CommandError } from "../lib/command-error.ts";
import { exitCodes } from "../lib/exit-codes.ts";
import { until } from "../lib/until.ts";
import { type AdminCredentials, createAdmin } from "./create-admin.ts";
import { writeFileAtomically } from "./data-folder.ts";
import { ManagedProcess, type ProcessState } from "./managed-process.ts";
import { identityOf, isAlive, signalIfAlive } from "./process-identity.ts";
import { letIn } from "./let-in.ts";
import { HOST } from "./ports.ts";
import type { NodeSpec, ProcessPlan } from "./process-plan.ts";
import { forgetRunningSystem, readRunningSystem, tokenFile, writeRunningSystem } from "./running-system.ts";
import { NODES_MAX } from "./settings.ts";

/** One process as the control interface tells of it. */
export interface ProcessReport {
  readonly name: string;
  readonly pid: number | null;
  readonly state: ProcessState;
  readonly restarts: number;
}

export interface NodeReport extends ProcessReport {
  readonly httpPort: number;
  readonly raftPort: number;
}

export interface SystemReport {
  readonly entryPort: number;
  readonly processes: readonly ProcessReport[];
  readonly nodes: readonly NodeReport[];
}

export const nodeActions = ["kill", "pause", "resume", "restart"] as const;
export type NodeAction = (typeof nodeActions)[number];

/** How long all processes together may take until they are ready, in ms: a long log may have to be replayed. */
const READY_MS = 120_000;
/** A process that crashed so often before it was ever ready will not become so. */
const CRASHES_AT_START_MAX = 4;
/** How long `restart` waits for readiness, in ms. Without a majority there is none to wait for, so not for ever. */
const RESTART_READY_MS = 15_000;
/** How long processes that an earlier, killed supervisor left behind get to end by themselves, in ms. */
const LEFT_BEHIND_MS = 6_000;

/** Runs the processes of one system and keeps them running. */
export class Supervisor {
  readonly token = randomBytes(32).toString("base64url");
  readonly #plan: ProcessPlan;
  readonly #dataDir: string;
  readonly #ports: { readonly entry: number; readonly control: number };
  readonly #say: (line: string) => void;
  /** One more node is a member, and has to be started with the others from now on. */
  readonly #onJoined: () => void;
  readonly #auth: ManagedProcess;
  readonly #gateway: ManagedProcess;
  /** Grows by nodes that join. */
  readonly #nodes: ManagedProcess[];
  readonly #specs: NodeSpec[];
  readonly #nats: readonly ManagedProcess[];
  readonly #events = { changed: () => this.#publish(), said: (line: string) => this.#say(line) };
  /** Actions on a node, one at a time and in order. */
  readonly #pending = new Map<ManagedProcess, Promise<unknown>>();
  #stopping = false;
  #joining = false;

  constructor(
    plan: ProcessPlan,
    dataDir: string,
    ports: { readonly entry: number; readonly control: number },
    say: (line: string) => void,
    onJoined: () => void = () => undefined,
  ) {
    this.#onJoined = onJoined;
    this.#plan = plan;
    this.#dataDir = dataDir;
    this.#ports = ports;
    this.#say = say;
    const events = this.#events;
    this.#auth = new ManagedProcess(plan.auth, events);
    this.#nodes = plan.nodes.map((spec) => new ManagedProcess(spec, events));
    this.#specs = [...plan.nodes];
    this.#nats = plan.nats.map((spec) => new ManagedProcess(spec, events));
    this.#gateway = new ManagedProcess(plan.gateway, events);
  }

  /** Writes the files by which `npm run cluster` and the season find and may command this system. */
  announce(): void {
    writeFileAtomically(tokenFile(this.#dataDir), this.token);
    this.#publish();
  }

  /**
   * Starts everything and waits until it is ready.
   *
   * @throws CommandError when it does not become ready
   */
  async start(signal: AbortSignal): Promise<void> {
    this.#writeNodes();
    const waiting = new Set(this.#all());
    for (const one of waiting) one.start();
    const began = performance.now();
    while (waiting.size > 0 && !signal.aborted) {
      for (const one of waiting) {
        if (await one.isReady()) {
          waiting.delete(one);
          this.#say(`${one.spec.name} is ready (process ${one.identity?.pid})`);
        } else {
          this.#requireHope(one);
        }
      }
      if (waiting.size > 0 && performance.now() - began > READY_MS) {
        const names = [...waiting].map((one) => `${one.spec.name} (log: ${one.spec.logFile})`);
        throw new CommandError(`not ready within ${READY_MS / 1000} s: ${names.join(", ")}`);
      }
      if (waiting.size > 0) await sleep(50);
    }
  }

  #requireHope(one: ManagedProcess): void {
    const refused = one.state === "down" && one.lastExit !== undefined;
    if (!refused && one.crashesInARow < CRASHES_AT_START_MAX) return;
    const { how = "", code = null, lastWords = "" } = one.lastExit ?? {};
    throw new CommandError(
      `${one.spec.name} does not start (${how}): ${lastWords}\n  its log: ${one.spec.logFile}`,
      code === exitCodes.config ? exitCodes.config : exitCodes.failed,
    );
  }

  /** Makes an admin account by the auth-server's own command, beside the running server. */
  async createAdmin(username: string): Promise<AdminCredentials> {
    return createAdmin(this.#plan.authCommand, username);
  }

  report(): SystemReport {
    return {
      entryPort: this.#ports.entry,
      processes: this.#all().map(reportOf),
      nodes: this.#nodes.map((one, at) => ({
        ...reportOf(one),
        httpPort: this.#specs[at]?.httpPort ?? 0,
        raftPort: this.#specs[at]?.raftPort ?? 0,
      })),
    };
  }

  /**
   * Does what the operator asked of a node. Resolves once it is done; a restart once the node is ready, or after
   * a while if it is not.
   *
   * @returns a sentence on what now holds
   * @throws CommandError when there is no such node, or it is not in a state for that
   */
  async act(action: NodeAction, nodeId: string): Promise<string> {
    const servers = [...this.#nodes, ...this.#nats];
    const node = servers.find((one) => one.spec.name === nodeId);
    if (node === undefined) {
      const names = servers.map((one) => one.spec.name).join(", ");
      throw new CommandError(`there is no node ${nodeId}; there are ${names}`);
    }
    if (this.#stopping) throw new CommandError("the system is stopping");
    const previous = this.#pending.get(node) ?? Promise.resolve();
    const next = previous.then(
      () => this.#perform(action, node),
      () => this.#perform(action, node),
    );
    this.#pending.set(node, next);
    await next;
    return this.#describe(action, node);
  }

  async #perform(action: NodeAction, node: ManagedProcess): Promise<void> {
    const { name } = node.spec;
    switch (action) {
      case "kill":
        return node.kill();
      case "pause":
        if (!node.pause()) throw new CommandError(`${name} is down; nothing to pause`);
        return;
      case "resume":
        if (!node.resume()) throw new CommandError(`${name} is down; start it with restart`);
        return;
      case "restart":
        await node.stop();
        if (this.#stopping) throw new CommandError("the system is stopping");
        node.start();
        return;
      default:
        return action satisfies never;
    }
  }

  async #describe(action: NodeAction, node: ManagedProcess): Promise<string> {
    const { name } = node.spec;
    switch (action) {
      case "kill":
        return `${name} is killed and stays down until restart`;
      case "pause":
        return `${name} is paused`;
      case "resume":
        return `${name} runs again`;
      case "restart": {
        const ready = await until(() => this.#stopping || node.isReady(), RESTART_READY_MS);
        return ready === true
          ? `${name} is ready (process ${node.identity?.pid})`
          : `${name} is started, but not ready yet; its log: ${node.spec.logFile}`;
      }
      default:
        return action satisfies never;
    }
  }

  /**
   * Starts one more node, lets it in, and has the entry point send requests to it. Resolves once it serves.
   *
   * @param votes whether it is to have a vote; a learner serves readers and sockets without one
   * @returns a sentence on what now holds
   * @throws CommandError where there can be none, or it was not let in
   */
  async join(votes: boolean): Promise<string> {
    const number = this.#nodes.length + 1;
    const spec = this.#plan.joining?.(number);
    if (spec === undefined) throw new CommandError("nodes join a book on raft-store only");
    if (number > NODES_MAX) throw new CommandError(`there is room for ${NODES_MAX} nodes`);
    if (this.#stopping || this.#joining)
      throw new CommandError("the system is stopping, or another node is joining");
    this.#joining = true;
    const node = new ManagedProcess(spec, this.#events);
    try {
      node.start();
      const operator = await this.createAdmin(`supervisor-${randomBytes(4).toString("hex")}`);
      await letIn(`http://${HOST}:${this.#ports.entry}`, operator, spec, votes);
      this.#nodes.push(node);
      this.#specs.push(spec);
      this.#onJoined();
      this.#publish();
      if ((await until(() => node.isReady(), READY_MS)) !== true) {
        throw new CommandError(`${spec.name} is a member, and not ready yet; its log: ${spec.logFile}`);
      }
      this.#writeNodes();
      this.#gateway.reload();
      return `${spec.name} has joined ${votes ? "with a vote" : "as a learner"} (process ${node.identity?.pid})`;
    } finally {
      if (!this.#nodes.includes(node)) await node.stop();
      this.#joining = false;
    }
  }

  #writeNodes(): void {
    const lines = this.#specs.map(({ httpPort }) => `${HOST}:${httpPort}\n`);
    writeFileAtomically(this.#plan.nodesFile, lines.join(""));
  }

  /** Ends everything in order: first what takes requests, then what serves them. Never leaves a process behind. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#gateway.stop();
    await Promise.all([...this.#nodes, this.#auth].map((one) => one.stop()));
    await Promise.all(this.#nats.map((one) => one.stop()));
    forgetRunningSystem(this.#dataDir);
  }

  #all(): readonly ManagedProcess[] {
    return [...this.#nats, this.#auth, ...this.#nodes, this.#gateway];
  }

  #publish(): void {
    writeRunningSystem(this.#dataDir, {
      supervisor: identityOf(process.pid),
      entryPort: this.#ports.entry,
      controlPort: this.#ports.control,
      processes: this.#all().map((one) => ({ name: one.spec.name, identity: one.identity })),
    });
  }
}

/** Ends what a supervisor that was killed has left behind on this data folder. */
export async function endLeftBehind(dataDir: string, say: (line: string) => void): Promise<void> {
  const left = (readRunningSystem(dataDir)?.processes ?? []).flatMap(({ identity }) =>
    identity !== null && isAlive(identity) ? [identity] : [],
  );
  if (left.length > 0) {
    say(`ending ${left.length} processes that an earlier run has left behind`);
    for (const identity of left) {
      signalIfAlive(identity, "SIGTERM");
      signalIfAlive(identity, "SIGCONT");
    }
    await until(() => !left.some(isAlive), LEFT_BEHIND_MS);
    for (const identity of left) signalIfAlive(identity, "SIGKILL");
    await until(() => !left.some(isAlive), LEFT_BEHIND_MS);
  }
  forgetRunningSystem(dataDir);
}

function reportOf(one: ManagedProcess): ProcessReport {
  return { name: one.spec.name, pid: one.identity?.pid ?? null, state: one.state, restarts: one.restarts };
}
