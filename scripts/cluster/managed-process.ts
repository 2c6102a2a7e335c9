import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from "node:fs";
import { exitCodes } from "../lib/exit-codes.ts";
import { httpJson } from "../lib/http-json.ts";
import { until } from "../lib/until.ts";
import { identityOf, type ProcessIdentity } from "./process-identity.ts";

/** How to run one process of the system. */
export interface ProcessSpec {
  readonly name: string;
  /** Undefined: Node. */
  readonly program?: string;
  readonly args: readonly string[];
  /** A program and its arguments that put Node into its place (`nsenter … --`), and become it. */
  readonly through?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Standard output and error are appended to it. */
  readonly logFile: string;
  /** Answers 200 once the process can serve. */
  readonly readyUrl: string;
}

/**
 * Where a process is in its life: `up` (started; not necessarily ready), `paused` by us, `waiting` to be restarted
 * after a crash, or `down` until somebody starts it.
 */
export type ProcessState = "up" | "paused" | "waiting" | "down";

export interface ProcessExit {
  /** In words. */
  readonly how: string;
  /** Null after a signal. */
  readonly code: number | null;
  /** The last line of its log. */
  readonly lastWords: string;
}

export interface ProcessEvents {
  /** Its pid or state is another. */
  changed(): void;
  /** Something worth a line on the operator's terminal. */
  said(line: string): void;
}

/** First wait before a crashed process is started again; doubled with each crash in a row. In ms. */
const BACKOFF_MS_MIN = 250;
/** Longest such wait: a process with a lasting trouble must not keep the machine busy. */
const BACKOFF_MS_MAX = 10_000;
/** A process that lived this long has recovered: its next crash counts as the first. */
const STABLE_MS = 30_000;
/** How long a process may take to end by itself before it is killed. */
const STOP_GRACE_MS = 12_000;
/** A log file larger than this is moved aside when its process starts. */
const LOG_BYTES_MAX = 16 * 1024 * 1024;
const READY_PROBE_MS = 1_000;

/** One operating system process: started, watched, started again when it crashes, stopped for good. */
export class ManagedProcess {
  readonly spec: ProcessSpec;
  readonly #events: ProcessEvents;
  #child: ChildProcess | undefined;
  #identity: ProcessIdentity | null = null;
  #state: ProcessState = "down";
  #startedAt = 0;
  #crashesInARow = 0;
  #restartTimer: NodeJS.Timeout | undefined;
  /** Exits while this is set were asked for. */
  #expectExit = false;
  #lastExit: ProcessExit | undefined;
  #restarts = 0;

  constructor(spec: ProcessSpec, events: ProcessEvents) {
    this.spec = spec;
    this.#events = events;
  }

  get state(): ProcessState {
    return this.#state;
  }

  get identity(): ProcessIdentity | null {
    return this.#identity;
  }

  /** How often it was started again after a crash. */
  get restarts(): number {
    return this.#restarts;
  }

  /** How it last ended; undefined before its first end. */
  get lastExit(): ProcessExit | undefined {
    return this.#lastExit;
  }

  get crashesInARow(): number {
    return this.#crashesInARow;
  }

  start(): void {
    if (this.#child !== undefined) return;
    clearTimeout(this.#restartTimer);
    this.#expectExit = false;
    this.#startedAt = performance.now();
    setLargeLogAside(this.spec.logFile);
    const log = openSync(this.spec.logFile, "a", 0o600);
    try {
      const { through = [], program = process.execPath, args } = this.spec;
      const [first = "", ...rest] = [...through, program, ...args];
      const child = spawn(first, rest, {
        env: { ...this.spec.env },
        stdio: ["pipe", log, log],
        // Its own process group: Ctrl-C on the terminal reaches the supervisor alone, which then stops everything
        // in order.
        detached: true,
      });
      this.#child = child;
      this.#identity = child.pid === undefined ? null : identityOf(child.pid);
      // The pipe only tells the child that we are gone; a child that went first is told by "exit".
      child.stdin?.on("error", () => child.stdin?.destroy());
      child.once("error", (error) => this.#ended(`could not be started: ${error.message}`, null));
      child.once("exit", (code, signal) =>
        this.#ended(signal === null ? `exit code ${code}` : `signal ${signal}`, code),
      );
    } finally {
      closeSync(log);
    }
    this.#become("up");
  }

  /** Whether it says that it can serve. */
  async isReady(): Promise<boolean> {
    if (this.#state !== "up") return false;
    try {
      return (await httpJson(this.spec.readyUrl, { timeoutMs: READY_PROBE_MS })).status === 200;
    } catch (error) {
      // A process that is starting refuses connections; that is an answer to this question.
      if (error instanceof Error && "code" in error) return false;
      throw error;
    }
  }

  /** SIGKILL; it stays down until `start`. */
  async kill(): Promise<void> {
    this.#expectExit = true;
    clearTimeout(this.#restartTimer);
    this.#signal("SIGKILL");
    await this.#gone(STOP_GRACE_MS);
    this.#become("down");
  }

  /** SIGHUP: it is to read its settings again, if it is there. */
  reload(): void {
    this.#signal("SIGHUP");
  }

  /** SIGSTOP. False where there is nothing to pause. */
  pause(): boolean {
    if (this.#child === undefined) return false;
    this.#signal("SIGSTOP");
    this.#become("paused");
    return true;
  }

  /** SIGCONT. False where there is nothing to resume. */
  resume(): boolean {
    if (this.#child === undefined) return false;
    this.#signal("SIGCONT");
    this.#become("up");
    return true;
  }

  /** Ends it: gracefully where it can, by force after a while. It stays down until `start`. */
  async stop(): Promise<void> {
    this.#expectExit = true;
    clearTimeout(this.#restartTimer);
    // A stopped process takes no SIGTERM before it is continued, by whomever it was stopped.
    this.#signal("SIGTERM");
    this.#signal("SIGCONT");
    if (!(await this.#gone(STOP_GRACE_MS))) {
      this.#events.said(`${this.spec.name} did not end within ${STOP_GRACE_MS / 1000} s and is killed`);
      this.#signal("SIGKILL");
      await this.#gone(STOP_GRACE_MS);
    }
    this.#become("down");
  }

  #signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  async #gone(timeoutMs: number): Promise<boolean> {
    return (await until(() => this.#child === undefined, timeoutMs)) === true;
  }

  #ended(how: string, code: number | null): void {
    if (this.#child === undefined) return;
    this.#child = undefined;
    this.#identity = null;
    this.#lastExit = { how, code, lastWords: lastLine(this.spec.logFile) };
    if (this.#expectExit) {
      this.#become("down");
      return;
    }
    if (code === exitCodes.config) {
      // The same settings would be refused again.
      this.#events.said(`${this.spec.name} refuses its settings: ${this.#lastExit.lastWords}`);
      this.#crashesInARow += 1;
      this.#become("down");
      return;
    }
    this.#crashesInARow = performance.now() - this.#startedAt > STABLE_MS ? 1 : this.#crashesInARow + 1;
    const waitMs = Math.min(BACKOFF_MS_MAX, BACKOFF_MS_MIN * 2 ** (this.#crashesInARow - 1));
    this.#events.said(
      `${this.spec.name} ended by itself (${how}); started again in ${waitMs} ms; its log: ${this.spec.logFile}`,
    );
    this.#become("waiting");
    this.#restartTimer = setTimeout(() => {
      this.#restarts += 1;
      this.start();
    }, waitMs);
  }

  #become(state: ProcessState): void {
    this.#state = state;
    this.#events.changed();
  }
}

/** How much of a log's last line is worth showing, in characters. */
const LAST_WORDS_MAX = 500;

function lastLine(file: string): string {
  const lines = existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : [];
  return (lines.at(-1) ?? "").slice(0, LAST_WORDS_MAX);
}

function setLargeLogAside(file: string): void {
  if (existsSync(file) && statSync(file).size > LOG_BYTES_MAX) renameSync(file, `${file}.1`);
}
