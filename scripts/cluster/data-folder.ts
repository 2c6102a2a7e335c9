import { randomBytes } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { CommandError } from "../lib/command-error.ts";
import { exitCodes } from "../lib/exit-codes.ts";
import { identityOf, isAlive, isSystemError, type ProcessIdentity } from "./process-identity.ts";

/** The file that makes a folder ours: what the system in it is, for as long as its data live. */
export interface Marker {
  readonly format: 1;
  readonly clusterId: string;
  /** Shared by the nodes' Raft transports. */
  readonly clusterSecret: string;
  /** Size of the initial membership; it is in the log, so it cannot change by an environment variable. */
  readonly nodes: number;
  /** How many nodes have joined since; they have the numbers after the first ones. */
  readonly joined?: number;
  /** What replicates the book, where it is not raft-store. */
  readonly log?: LogEngine;
  /** Whether the first admin has been seen to. */
  readonly adminMade: boolean;
  /** Set while `--fresh` empties the folder, so that an interrupted emptying is finished by the next start. */
  readonly emptying?: boolean;
}

/** raft-store; NATS servers of this system's own; NATS servers elsewhere. */
export type LogEngine = "raft-store" | "nats" | "other-nats";

const MARKER = "quorumbook.json";
const LOCK = "supervisor.lock";
/** Everything that a system puts into its data folder. `--fresh` deletes these names and no others. */
const OWN_ENTRIES = /^(node[1-9]|nats[1-9]|auth|gateway|logs|cluster\.json|control\.token)$/;

/** One system's data folder, held by this process until `release`. */
export class DataFolder {
  readonly path: string;
  #marker: Marker;

  private constructor(path: string, marker: Marker) {
    this.path = path;
    this.#marker = marker;
  }

  /**
   * Takes the folder, makes it where there is none, and empties it first if asked to.
   *
   * @throws CommandError when another system runs on it, when it holds something else, or another number of nodes
   */
  static open(
    path: string,
    options: { nodes: number | undefined; nodesDefault: number; log: LogEngine; fresh: boolean },
  ): DataFolder {
    makeFolder(path);
    takeLock(path);
    try {
      const found = readMarker(path);
      if (found === undefined) refuseForeignData(path);
      const fresh = options.fresh || found?.emptying === true;
      if (found !== undefined && !fresh) {
        refuseOtherSize(path, found, options.nodes);
        refuseOtherLog(path, found, options.log);
        return new DataFolder(path, found);
      }
      const marker: Marker = {
        format: 1,
        clusterId: `quorumbook-${randomBytes(6).toString("hex")}`,
        clusterSecret: randomBytes(32).toString("base64url"),
        nodes: options.nodes ?? options.nodesDefault,
        ...(options.log !== "raft-store" && { log: options.log }),
        adminMade: false,
      };
      if (found !== undefined) {
        writeMarker(path, { ...marker, emptying: true });
        for (const name of readdirSync(path)) {
          if (OWN_ENTRIES.test(name)) rmSync(join(path, name), { recursive: true, force: true });
        }
      }
      writeMarker(path, marker);
      return new DataFolder(path, marker);
    } catch (error) {
      releaseLock(path);
      throw error;
    }
  }

  get marker(): Marker {
    return this.#marker;
  }

  rememberJoined(): void {
    this.#marker = { ...this.#marker, joined: (this.#marker.joined ?? 0) + 1 };
    writeMarker(this.path, this.#marker);
  }

  rememberAdminMade(): void {
    this.#marker = { ...this.#marker, adminMade: true };
    writeMarker(this.path, this.#marker);
  }

  /** Makes a folder for one process and returns its path. */
  subfolder(name: string): string {
    const path = join(this.path, name);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return path;
  }

  release(): void {
    releaseLock(this.path);
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    readdirSync(path);
  } catch (error) {
    if (!isSystemError(error, "EEXIST", "ENOTDIR", "EACCES", "EPERM", "EROFS", "ENOENT")) throw error;
    throw new CommandError(
      `QUORUMBOOK_DATA is ${path}, which cannot be used as a folder: ${error.message}`,
      exitCodes.config,
      {
        cause: error,
      },
    );
  }
}

function refuseForeignData(path: string): void {
  const inTheWay = readdirSync(path).filter((name) => OWN_ENTRIES.test(name));
  if (inTheWay.length === 0) return;
  throw new CommandError(
    `${path} has ${inTheWay.join(", ")} but no ${MARKER}: it is not a data folder of Quorumbook, ` +
      "so nothing in it is touched; choose another with QUORUMBOOK_DATA",
    exitCodes.config,
  );
}

function refuseOtherSize(path: string, marker: Marker, nodes: number | undefined): void {
  if (nodes === undefined || nodes === marker.nodes) return;
  throw new CommandError(
    `QUORUMBOOK_NODES is ${nodes}, but the book in ${path} was begun with ${marker.nodes} nodes; ` +
      "leave the variable unset, choose another QUORUMBOOK_DATA, or begin anew with --fresh",
    exitCodes.config,
  );
}

function refuseOtherLog(path: string, { log = "raft-store" }: Marker, wanted: LogEngine): void {
  if (log === wanted) return;
  const names: Record<LogEngine, string> = {
    "raft-store": "raft-store (neither --nats nor QUORUMBOOK_LOG)",
    nats: "NATS servers of its own (--nats)",
    "other-nats": "NATS servers elsewhere (QUORUMBOOK_LOG)",
  };
  throw new CommandError(
    `the book in ${path} is on ${names[log]}, and this run is to be on ${names[wanted]}; ` +
      "choose another QUORUMBOOK_DATA, or begin anew with --fresh",
    exitCodes.config,
  );
}

function readMarker(path: string): Marker | undefined {
  const file = join(path, MARKER);
  if (!existsSync(file)) return undefined;
  const marker: unknown = JSON.parse(readFileSync(file, "utf8"));
  if (typeof marker === "object" && marker !== null && "format" in marker && marker.format === 1) {
    return marker as Marker;
  }
  throw new CommandError(`${file} is of a format that this version does not know`, exitCodes.config);
}

function writeMarker(path: string, marker: Marker): void {
  writeFileAtomically(join(path, MARKER), `${JSON.stringify(marker, null, 2)}\n`);
}

/** Replaces a file in one step, readable by its owner alone: whoever reads it sees the old or the new, never half. */
export function writeFileAtomically(file: string, content: string): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, content, { mode: 0o600 });
  chmodSync(draft, 0o600);
  renameSync(draft, file);
}

function takeLock(path: string): void {
  const file = join(path, LOCK);
  for (;;) {
    try {
      writeFileSync(file, JSON.stringify(identityOf(process.pid)), { flag: "wx", mode: 0o600 });
      return;
    } catch (error) {
      if (!isSystemError(error, "EEXIST")) throw error;
    }
    const holder = readLock(file);
    if (holder !== undefined && isAlive(holder)) {
      throw new CommandError(
        `another system (process ${holder.pid}) runs on the data folder ${path}; ` +
          "stop it first, or choose another folder with QUORUMBOOK_DATA (and other ports with PORT)",
      );
    }
    // Its holder was killed without a chance to let go. Taking it away by a rename lets only one of several do it.
    stealLock(file);
  }
}

function stealLock(file: string): void {
  const taken = `${file}.${process.pid}`;
  try {
    renameSync(file, taken);
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return;
    throw error;
  }
  rmSync(taken, { force: true });
}

function readLock(file: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as ProcessIdentity;
  } catch (error) {
    if (error instanceof SyntaxError || isSystemError(error, "ENOENT")) return undefined;
    throw error;
  }
}

function releaseLock(path: string): void {
  rmSync(join(path, LOCK), { force: true });
}
