// Three NATS servers on loopback, for tests and benches: started, killed, and started again.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { until } from "../lib/until.ts";
import { isHealthy } from "./is-healthy.ts";
import type { NatsProgram } from "./find-nats.ts";
import { type NatsClusterSpec, type NatsServerSpec, serverCommand } from "./server-command.ts";
import { streamLeader } from "./stream-leader.ts";

const HOST = "127.0.0.1";
const SERVERS = 3;
/** Servers find each other, and elect one, in some seconds. */
const START_MS = 30_000;

export class NatsCluster {
  readonly #program: NatsProgram;
  readonly #spec: NatsClusterSpec;
  readonly #children = new Map<string, ChildProcess>();

  private constructor(program: NatsProgram, spec: NatsClusterSpec) {
    this.#program = program;
    this.#spec = spec;
  }

  /**
   * @param ports nine that are free
   * @param folder of all their data
   */
  static async start(
    program: NatsProgram,
    folder: string,
    ports: readonly number[],
    { syncAlways = true } = {},
  ): Promise<NatsCluster> {
    const servers = Array.from({ length: SERVERS }, (_, i) => ({
      name: `nats${i + 1}`,
      host: HOST,
      port: ports[i] ?? 0,
      clusterPort: ports[SERVERS + i] ?? 0,
      monitorPort: ports[2 * SERVERS + i] ?? 0,
      folder: join(folder, `nats${i + 1}`),
    }));
    const cluster = new NatsCluster(program, { name: "quorumbook", servers, syncAlways });
    for (const { name } of servers) cluster.startServer(name);
    try {
      await cluster.healthy();
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  /** For `QUORUMBOOK_LOG`. */
  get url(): string {
    return `nats://${this.addresses.join(",")}`;
  }

  get addresses(): string[] {
    return this.#spec.servers.map(({ host, port }) => `${host}:${port}`);
  }

  get names(): string[] {
    return this.#spec.servers.map(({ name }) => name);
  }

  startServer(name: string): void {
    const server = this.#server(name);
    const { program, args } = serverCommand(this.#spec, server, this.#program);
    const log = openSync(join(server.folder, "server.log"), "a", 0o600);
    this.#children.set(name, spawn(program, args, { stdio: ["ignore", log, log] }));
    closeSync(log);
  }

  /** SIGKILL. */
  async kill(name: string): Promise<void> {
    const child = this.#children.get(name);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  }

  /** Stops a server, and lets it go on. */
  signal(name: string, signal: "SIGSTOP" | "SIGCONT"): void {
    this.#children.get(name)?.kill(signal);
  }

  /** The server that leads the first stream that any of them knows. */
  leader(): Promise<string | undefined> {
    return streamLeader(this.#spec.servers);
  }

  /** Waits until every server has caught up with what the others have. */
  async healthy(): Promise<void> {
    const healthy = await until(async () => {
      const each = await Promise.all(this.#spec.servers.map(isHealthy));
      return each.every(Boolean);
    }, START_MS);
    if (healthy !== true) throw new Error(`the NATS servers were not healthy within ${START_MS} ms`);
  }

  async stop(): Promise<void> {
    await Promise.all(this.names.map((name) => this.kill(name)));
  }

  #server(name: string): NatsServerSpec {
    const server = this.#spec.servers.find((one) => one.name === name);
    if (server === undefined) throw new Error(`there is no NATS server ${name}`);
    return server;
  }
}
