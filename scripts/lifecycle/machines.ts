// The machines of docs/operating.md as processes on loopback addresses, and a `systemctl` that commands them.
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join, relative } from "node:path";
import { text } from "node:stream/consumers";
import { ManagedProcess } from "../cluster/managed-process.ts";
import { programs } from "../cluster/process-plan.ts";
import { CommandError } from "../lib/command-error.ts";
import { projectRoot, sourceFlags } from "../lib/source-paths.ts";
import { until } from "../lib/until.ts";
import { makeNextRelease } from "./next-release.ts";

/** The page's ports and addresses: auth-server on 10.0.0.9, the entry point on 10.0.0.10, node N on 10.0.0.N. */
const AUTH = { host: 9, port: 8081 } as const;
const ENTRY = { host: 10, port: 8080 } as const;
const NODE_PORT = 8090;
/** Nodes that the entry point is told of beforehand; those that do not run are skipped. */
const NODES = [1, 2, 3, 4, 5, 6, 7, 8] as const;
const ADMIN = { name: "operator.in.chief", password: "keeper of a hundred books" } as const;

/** From the folder of a release. */
const NODE_PROGRAM = relative(projectRoot, programs.node);
/** How long a program may take to find out that it is too old, in ms. */
const VAIN_MS = 30_000;

const NODE_UNIT = /^quorumbook-node@(\w+)$/;
const AUTH_UNIT = "quorumbook-auth";

export class Machines {
  readonly folder = mkdtempSync(join(tmpdir(), "quorumbook-lifecycle-"));
  readonly entry: string;
  /** Stands in the place of 10.0.0. */
  readonly #network: string;
  readonly #systemctl: Server;
  readonly #processes = new Map<string, ManagedProcess>();
  readonly #say: (line: string) => void;
  #gateway: ManagedProcess | undefined;

  private constructor(network: string, say: (line: string) => void) {
    this.#network = network;
    this.#say = say;
    this.entry = `http://${this.address(ENTRY.host)}:${ENTRY.port}`;
    for (const name of ["etc", "lib", "backups", "logs", "bin", "opt"]) mkdirSync(join(this.folder, name));
    symlinkSync(projectRoot, join(this.folder, "opt/quorumbook-1"));
    makeNextRelease(join(this.folder, "opt/quorumbook-2"));
    this.install("quorumbook-1");
    this.#systemctl = createServer((request, response) => {
      text(request)
        .then((body) => this.#command(JSON.parse(body) as readonly string[]))
        .then(
          () => response.end(),
          (error: unknown) => response.writeHead(500).end(String(error)),
        );
    });
  }

  /** @param network three numbers of a loopback network that nobody else uses, as `127.4.2` */
  static async open(network: string, say: (line: string) => void): Promise<Machines> {
    const machines = new Machines(network, say);
    machines.#systemctl.listen(0, "127.0.0.1");
    await once(machines.#systemctl, "listening");
    machines.#writeShims();
    machines.#startGateway();
    return machines;
  }

  address(machine: number): string {
    return `${this.#network}.${machine}`;
  }

  nodeUrl(machine: number): string {
    return `http://${this.address(machine)}:${NODE_PORT}`;
  }

  get admin(): typeof ADMIN {
    return ADMIN;
  }

  /** The page's commands as they are meant here: its addresses and folders in the places of the machines' own. */
  translate(script: string): string {
    return script
      .replaceAll("10.0.0.", `${this.#network}.`)
      .replaceAll("/opt/quorumbook", join(this.folder, "opt/quorumbook"))
      .replaceAll("/etc/quorumbook", join(this.folder, "etc"))
      .replaceAll("/var/lib/quorumbook", join(this.folder, "lib"))
      .replaceAll("/var/backups/quorumbook", join(this.folder, "backups"));
  }

  /** What the operator's shell has in its environment. */
  get shell(): NodeJS.ProcessEnv {
    const { port } = this.#systemctl.address() as AddressInfo;
    return {
      PATH: [join(this.folder, "bin"), process.env["PATH"]].join(delimiter),
      HOME: this.folder,
      LIFECYCLE_SYSTEMCTL: `http://127.0.0.1:${port}`,
      QUORUMBOOK_URL: this.entry,
      QUORUMBOOK_USER: ADMIN.name,
      QUORUMBOOK_PASSWORD: ADMIN.password,
    };
  }

  /** Makes a release the one that is started from now on. */
  install(release: "quorumbook-1" | "quorumbook-2"): void {
    const link = join(this.folder, "opt/quorumbook");
    rmSync(link, { force: true });
    symlinkSync(release, link);
  }

  /** Starts a node and waits for it to end by itself. @returns its exit code, and what it said last */
  async startInVain(node: string): Promise<{ readonly code: number | null; readonly lastWords: string }> {
    const unit = this.#unit(`quorumbook-node@${node}`);
    const before = unit.lastExit;
    unit.start();
    await until(() => unit.lastExit !== before, VAIN_MS);
    await unit.stop();
    const { code, lastWords } = unit.lastExit ?? { code: null, lastWords: "" };
    return { code, lastWords };
  }

  /** The machine burns down: its process and its disk are gone. */
  async destroy(node: string): Promise<void> {
    await this.#processes.get(`quorumbook-node@${node}`)?.kill();
    rmSync(join(this.folder, "lib", node), { recursive: true, force: true });
  }

  /** Ends everything. */
  async close(keep: boolean): Promise<void> {
    this.#systemctl.close();
    await this.#gateway?.stop();
    await Promise.all([...this.#processes.values()].map((one) => one.stop()));
    if (!keep) rmSync(this.folder, { recursive: true, force: true });
  }

  async #command([verb, unit, ...rest]: readonly string[]): Promise<void> {
    if (unit === undefined || rest.length > 0) throw new CommandError(`systemctl takes a verb and a unit`);
    switch (verb) {
      case "start":
        this.#unit(unit).start();
        return;
      case "stop":
        await this.#unit(unit).stop();
        return;
      case "restart":
        await this.#unit(unit).stop();
        this.#unit(unit).start();
        return;
      case undefined:
      default:
        throw new CommandError(`this systemctl has no ${verb}`);
    }
  }

  #unit(name: string): ManagedProcess {
    const known = this.#processes.get(name);
    if (known !== undefined) return known;
    const made = this.#process(
      name.replace("quorumbook-", "").replace("@", "-"),
      name === AUTH_UNIT ? programs.auth : join(this.folder, "opt/quorumbook", NODE_PROGRAM),
      name === AUTH_UNIT ? this.#authEnv() : this.#nodeEnv(NODE_UNIT.exec(name)?.[1] ?? ""),
    );
    this.#processes.set(name, made);
    return made;
  }

  #process(name: string, program: string, env: Record<string, string>): ManagedProcess {
    const preload = `--import=${join(projectRoot, "scripts/cluster/exit-with-parent.ts")}`;
    return new ManagedProcess(
      {
        name,
        args: [...sourceFlags, preload, program],
        env: { PATH: process.env["PATH"] ?? "", ...env },
        logFile: join(this.folder, "logs", `${name}.log`),
        readyUrl: `${this.entry}/api/cluster`,
      },
      { changed: () => undefined, said: this.#say },
    );
  }

  #startGateway(): void {
    this.#gateway = this.#process("gateway", programs.gateway, {
      QUORUMBOOK_HOST: this.address(ENTRY.host),
      QUORUMBOOK_GATEWAY_PORT: String(ENTRY.port),
      QUORUMBOOK_GATEWAY_AUTH: `${this.address(AUTH.host)}:${AUTH.port}`,
      QUORUMBOOK_GATEWAY_NODES: NODES.map((n) => `${this.address(n)}:${NODE_PORT}`).join(","),
    });
    this.#gateway.start();
  }

  #authEnv(): Record<string, string> {
    return {
      ...this.#envFile("auth"),
      QUORUMBOOK_AUTH_DATA: join(this.folder, "lib/auth"),
      QUORUMBOOK_ADMIN: `${ADMIN.name}:${ADMIN.password}`,
      QUORUMBOOK_RATE_LIMIT: "0",
    };
  }

  #nodeEnv(node: string): Record<string, string> {
    return {
      ...this.#envFile("node"),
      ...this.#envFile(node),
      QUORUMBOOK_NODE_ID: node,
      QUORUMBOOK_NODE_DATA: join(this.folder, "lib", node),
      QUORUMBOOK_RATE_LIMIT: "0",
    };
  }

  /** As systemd reads an EnvironmentFile: one assignment a line. */
  #envFile(name: string): Record<string, string> {
    const file = join(this.folder, "etc", `${name}.env`);
    if (!existsSync(file)) throw new CommandError(`there is no ${file}`);
    const lines = readFileSync(file, "utf8").trim().split("\n");
    return Object.fromEntries(
      lines.map((line) => {
        const at = line.indexOf("=");
        return [line.slice(0, at), line.slice(at + 1)];
      }),
    );
  }

  #writeShims(): void {
    const node = `exec ${process.execPath} ${sourceFlags.join(" ")}`;
    const shims = {
      quorumbook: `${node} ${join(projectRoot, "packages/cli/src/main.ts")} "$@"`,
      systemctl: `${node} ${join(projectRoot, "scripts/lifecycle/systemctl.ts")} "$@"`,
    };
    for (const [name, line] of Object.entries(shims)) {
      writeFileSync(join(this.folder, "bin", name), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
    }
  }
}
