import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { type AdminCredentials, createAdmin } from "../cluster/create-admin.ts";
import { ManagedProcess } from "../cluster/managed-process.ts";
import { leaderOf, type NodeStatus, readNodeStatuses } from "../cluster/node-status.ts";
import { programs } from "../cluster/process-plan.ts";
import { CommandError } from "../lib/command-error.ts";
import { runProgram } from "../lib/run-program.ts";
import { projectRoot, sourceFlags } from "../lib/source-paths.ts";
import { until } from "../lib/until.ts";
import type { BettingSystem } from "../season/season-system.ts";
import { Session } from "../season/session.ts";
import { HUB, Machine, RAFT_PORT, type Site } from "./machine.ts";

/** Where the entry point and auth-server are: in the middle, which no fault touches. */
const MIDDLE = 254;
const ENTRY_PORT = 8080;
const AUTH_PORT = 8081;
export const NODES = 3;
/** How long everything may take until it is ready, in ms. */
const READY_MS = 120_000;
/** How long there may be no leader before a fault that is meant for it, in ms. */
const LEADER_MS = 30_000;

/** Three machines around a middle with the entry point and auth-server in it. */
export class ChaosSystem implements BettingSystem {
  readonly entry: string;
  readonly machines: readonly Machine[];
  readonly #auth: ManagedProcess;
  readonly #entryPoint: ManagedProcess;
  readonly #authEnv: Readonly<Record<string, string>>;
  #operator: Promise<Session> | undefined;

  private constructor(
    site: Site,
    machines: readonly Machine[],
    settings: Readonly<Record<string, string>>,
    nginx: boolean,
  ) {
    const middle = `${site.network}.${MIDDLE}`;
    this.entry = `http://${middle}:${ENTRY_PORT}`;
    this.machines = machines;
    const folder = (name: string): string => {
      mkdirSync(join(site.folder, name), { recursive: true });
      return join(site.folder, name);
    };
    this.#authEnv = {
      ...settings,
      QUORUMBOOK_HOST: middle,
      QUORUMBOOK_AUTH_PORT: String(AUTH_PORT),
      QUORUMBOOK_AUTH_DATA: folder("auth"),
    };
    const run = (name: string, program: string, env: Readonly<Record<string, string>>, readyUrl: string) =>
      new ManagedProcess(
        { name, args: [...withParent, program], env, logFile: join(site.folder, `${name}.log`), readyUrl },
        { changed: () => undefined, said: site.say },
      );
    this.#auth = run("auth", programs.auth, this.#authEnv, `http://${middle}:${AUTH_PORT}/readyz`);
    this.#entryPoint = run(
      "gateway",
      nginx ? programs.nginx : programs.gateway,
      {
        ...settings,
        QUORUMBOOK_HOST: middle,
        QUORUMBOOK_GATEWAY_DATA: folder("gateway"),
        QUORUMBOOK_GATEWAY_PORT: String(ENTRY_PORT),
        QUORUMBOOK_GATEWAY_AUTH: `${middle}:${AUTH_PORT}`,
        QUORUMBOOK_GATEWAY_NODES: machines.map(({ origin }) => origin.slice("http://".length)).join(","),
      },
      `${this.entry}/api/cluster`,
    );
  }

  /** Builds and starts everything; resolves once all of it is ready. */
  static async open(site: Site, { nginx }: { readonly nginx: boolean }): Promise<ChaosSystem> {
    if (!site.missing.has("network")) await layHub(site.network);
    const numbers = Array.from({ length: NODES }, (_, at) => at + 1);
    const settings = {
      PATH: process.env["PATH"] ?? "",
      HOME: site.folder,
      QUORUMBOOK_RATE_LIMIT: "0",
    };
    const env = {
      ...settings,
      QUORUMBOOK_PEERS: numbers.map((i) => `node${i}=${site.network}.${i}:${RAFT_PORT}`).join(","),
      QUORUMBOOK_CLUSTER_ID: "chaos",
      QUORUMBOOK_CLUSTER_SECRET: randomBytes(32).toString("base64url"),
      QUORUMBOOK_JWKS_URL: `http://${site.network}.${MIDDLE}:${AUTH_PORT}/api/auth/.well-known/jwks.json`,
    };
    const machines = await Promise.all(numbers.map((number) => Machine.build(site, number, env)));
    const system = new ChaosSystem(site, machines, settings, nginx);
    try {
      await system.#start(site);
      return system;
    } catch (error) {
      await system.close();
      throw error;
    }
  }

  nodes(): Promise<NodeStatus[]> {
    const hosts = new Map(this.machines.map(({ nodeId, address }) => [nodeId, address]));
    return readNodeStatuses(
      this.machines.map(({ report }) => report),
      (nodeId) => hosts.get(nodeId) ?? "",
    );
  }

  async origins(): Promise<ReadonlyMap<string, string>> {
    return new Map(this.machines.map(({ nodeId, origin }) => [nodeId, origin]));
  }

  createAdmin(username: string): Promise<AdminCredentials> {
    return createAdmin({ args: [...sourceFlags, programs.auth], env: this.#authEnv }, username);
  }

  /** @throws CommandError when there is none for long */
  async leader(): Promise<Machine> {
    const leader = await until(async () => {
      const nodeId = leaderOf(await this.nodes())?.nodeId;
      return this.machines.find((machine) => machine.nodeId === nodeId);
    }, LEADER_MS);
    if (leader === undefined) throw new CommandError(`there was no leader within ${LEADER_MS / 1000} s`);
    return leader;
  }

  /** Somebody who may command nodes, logged in. */
  operator(): Promise<Session> {
    this.#operator ??= this.#makeOperator();
    return this.#operator;
  }

  async #makeOperator(): Promise<Session> {
    const { username, password } = await this.createAdmin("chaos-operator");
    const session = new Session(this.entry, username, password);
    await session.login();
    return session;
  }

  /** Whether every node serves. */
  async isWhole(): Promise<boolean> {
    const ready = await Promise.all(this.machines.map(({ node }) => node.isReady()));
    return ready.every(Boolean) && leaderOf(await this.nodes()) !== undefined;
  }

  async close(): Promise<void> {
    await this.#entryPoint.stop();
    await Promise.all([this.#auth.stop(), ...this.machines.map((machine) => machine.close())]);
  }

  async #start({ folder }: Site): Promise<void> {
    const all = [this.#auth, this.#entryPoint, ...this.machines.map(({ node }) => node)];
    for (const one of all) one.start();
    const ready = await until(
      async () => (await Promise.all(all.map((one) => one.isReady()))).every(Boolean),
      READY_MS,
    );
    if (ready !== true) throw new CommandError(`not ready within ${READY_MS / 1000} s; the logs: ${folder}`);
  }
}

const withParent = [...sourceFlags, `--import=${join(projectRoot, "scripts/cluster/exit-with-parent.ts")}`];

/** The switch that all cables lead to, with the middle's own address on it. */
async function layHub(network: string): Promise<void> {
  await runProgram("ip", "link", "set", "lo", "up");
  await runProgram("ip", "link", "add", HUB, "type", "bridge");
  await runProgram("ip", "addr", "add", `${network}.${MIDDLE}/24`, "dev", HUB);
  await runProgram("ip", "link", "set", HUB, "up");
}
