import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { identityOf, isAlive, type ProcessIdentity, signalIfAlive } from "../cluster/process-identity.ts";
import type { GatewaySettings } from "../gateway/settings.ts";
import { CommandError } from "../lib/command-error.ts";
import { exitCodes } from "../lib/exit-codes.ts";
import { until } from "../lib/until.ts";
import { entryPointConfig, mainConfig } from "./render-config.ts";

/** Distributions keep nginx where only root's PATH looks. */
const MORE_FOLDERS = ["/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin"];
/** How long nginx may take to listen, in ms. */
const START_MS = 10_000;
/** How long answers that have begun may take to end when it stops, in ms. */
const DRAIN_MS = 2_000;

/** @returns the program's path, or undefined where it is not installed */
export function findNginx(path: string, moreFolders = MORE_FOLDERS): string | undefined {
  return [...path.split(delimiter), ...moreFolders]
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, "nginx"))
    .find((file) => existsSync(file));
}

/** @throws CommandError (exit 78) that says how to get it */
export function requireNginx(path: string, moreFolders = MORE_FOLDERS): string {
  const program = findNginx(path, moreFolders);
  if (program !== undefined) return program;
  throw new CommandError(
    "nginx is not installed (looked for it in PATH and /usr/sbin): install it (apt-get install nginx, " +
      "brew install nginx), or leave --nginx out to use the built-in gateway",
    exitCodes.config,
  );
}

/** A real nginx as the entry point: its configuration is the one of deploy/nginx. */
export class Nginx {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #remembered: string | undefined;
  readonly #settings: GatewaySettings;
  readonly #program: string;

  private constructor(
    child: ChildProcess,
    folder: string,
    remembered: string | undefined,
    settings: GatewaySettings,
    program: string,
  ) {
    this.#child = child;
    this.#folder = folder;
    this.#remembered = remembered;
    this.#settings = settings;
    this.#program = program;
  }

  /**
   * Starts it; resolves once it listens.
   *
   * @param rememberIn a file in which the process is remembered, so that one whose starter was killed is ended by the
   *   next start
   * @throws CommandError with what nginx said, when it does not start
   */
  static async open(settings: GatewaySettings, path: string, rememberIn?: string): Promise<Nginx> {
    const program = requireNginx(path);
    if (rememberIn !== undefined) await endRemembered(rememberIn);
    // Nginx's workers run as another user where it is started by root, and have to get at their temporary files.
    const folder = mkdtempSync(join(tmpdir(), "quorumbook-nginx-"));
    chmodSync(folder, 0o711);
    try {
      const arguments_ = configure(program, folder, settings);
      const child = spawn(program, arguments_, { stdio: ["ignore", "inherit", "inherit"] });
      if (rememberIn !== undefined && child.pid !== undefined) {
        writeFileSync(rememberIn, JSON.stringify(identityOf(child.pid)), { mode: 0o600 });
      }
      const nginx = new Nginx(child, folder, rememberIn, settings, program);
      const listens = await until(async () => {
        return child.exitCode !== null || (await isListening(settings.host, settings.port));
      }, START_MS);
      if (listens !== true || child.exitCode !== null) {
        await nginx.close();
        throw new CommandError(
          `nginx does not listen on ${settings.host}:${settings.port}; see its words above`,
        );
      }
      return nginx;
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Has these nodes behind it from now on: requests under way end with the processes that had the list before. */
  async setNodes(nodes: GatewaySettings["nodes"]): Promise<void> {
    configure(this.#program, this.#folder, { ...this.#settings, nodes });
    this.#child.kill("SIGHUP");
  }

  /** Resolves when it has ended by itself or by `close`. */
  async ended(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, "exit");
  }

  /** Takes no more requests, lets begun answers end for a moment, and ends. */
  async close(): Promise<void> {
    const ended = this.ended();
    this.#child.kill("SIGQUIT");
    const cut = setTimeout(() => this.#child.kill("SIGTERM"), DRAIN_MS);
    await ended;
    clearTimeout(cut);
    rmSync(this.#folder, { recursive: true, force: true });
    if (this.#remembered !== undefined) rmSync(this.#remembered, { force: true });
  }
}

/** Writes the configuration. @returns nginx's arguments @throws CommandError where nginx refuses it */
function configure(program: string, folder: string, settings: GatewaySettings): readonly string[] {
  const config = join(folder, "nginx.conf");
  writeFileSync(config, mainConfig(folder, entryPointConfig(settings)), { mode: 0o644 });
  const arguments_ = ["-p", folder, "-c", config, "-e", "stderr"];
  check(program, arguments_);
  return arguments_;
}

/** Lets nginx read the configuration first: what it refuses comes as one sentence rather than as an exit code. */
function check(program: string, arguments_: readonly string[]): void {
  try {
    execFileSync(program, [...arguments_, "-t", "-q"], { stdio: ["ignore", "ignore", "pipe"] });
  } catch (error) {
    const said = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : String(error);
    throw new CommandError(`nginx refuses its configuration: ${said}`, exitCodes.config, { cause: error });
  }
}

function isListening(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(port, host);
    probe.once("connect", () => {
      probe.destroy();
      resolve(true);
    });
    probe.once("error", () => resolve(false));
  });
}

async function endRemembered(file: string): Promise<void> {
  if (!existsSync(file)) return;
  const identity = JSON.parse(readFileSync(file, "utf8")) as ProcessIdentity;
  if (signalIfAlive(identity, "SIGTERM")) await until(() => !isAlive(identity), DRAIN_MS);
  signalIfAlive(identity, "SIGKILL");
  rmSync(file, { force: true });
}
